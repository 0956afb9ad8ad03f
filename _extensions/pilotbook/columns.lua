-- Shared by both engines, PDF only. A table that is wider than the page gets the widths with which its rows take the fewest lines:
-- every column starts as wide as what may not be broken in it, and the rest of the page goes to whichever column gains most by it.
-- Typst alone would give each long column the same, and a column of numbers the length of its head.
if not FORMAT:match 'typst' then return {} end

local page, padding = 102, 2.3 -- in digits of a table, as is every width here
local unbreakable = 26         -- a number or an interval up to this width stays on one line
local bold, head = 1.06, .25   -- how much wider the head is set, and what its lines cost beside those of a row

local function is_chinese(code) return code >= 0x2E80 end
local function is_sign(code) return code >= 0x2190 and code < 0x2200 or code >= 0x2500 end -- arrows, shapes

local widths = { -- of letters and signs that are not as wide as a digit, in its widths, rounded up
  { .42, ' \u{A0}' }, { .6, [[.,:;'!|ijlI]] }, { .75, [[()[]{}-/\frt]] }, { .95, 'csvyz"?*' },
  { 1.12, 'bdghnopqu' }, { 1.2, 'ABCEKPRSTVXZ`' }, { 1.35, 'DGHNOQU' }, { 1.7, 'mwMW%@&' },
}
local width_of_letter = {}
for _, class in ipairs(widths) do
  for _, code in utf8.codes(class[2]) do width_of_letter[code] = class[1] end
end

local function width_of(code)
  if code == 0x2212 then return 1 end -- the minus sign
  if is_chinese(code) or is_sign(code) then return 2 end
  return width_of_letter[code] or 1
end

local known = setmetatable({}, { __index = function(found, code)
  found[code] = width_of(code)
  return found[code]
end })

-- Typst leaves a little room between a Chinese character and a Latin letter or digit
local between = .55
local script = setmetatable({}, { __index = function(found, code)
  local latin = code < 0x80 and utf8.char(code):match '%w'
  found[code] = latin and 'Latin' or code >= 0x3400 and code < 0xA000 and 'Han' or 'none'
  return found[code]
end })

local function meet(one, other)
  one, other = script[one], script[other]
  return one ~= other and one ~= 'none' and other ~= 'none'
end

local function width(text, weight)
  local sum, before = 0, 0
  for _, code in utf8.codes(text) do
    sum, before = sum + known[code] + (meet(before, code) and between or 0), code
  end
  return sum * (weight or 1)
end

-- a number or an interval, alone: no unit after it, no other number in brackets
local function is_number(text) return not text:find '%(' and not text:gsub(' to ', ''):find '%a' end

-- what stays together, with the space before it: a word, a part of it up to a hyphen or stroke, a Chinese character, or a whole
-- number, interval or short head
local function pieces(text, whole, weight)
  if weight > 1 and utf8.len(text) <= 3 then return { { width(text, weight), 0 } } end
  if whole and is_number(text) and width(text) <= unbreakable then return { { width(text), 0 } } end
  local found = {}
  for word in text:gmatch '%S+' do
    local space, run, before = .42, 0, 0
    local function close()
      if run > 0 then table.insert(found, { run, space }); space, run = 0, 0 end
    end
    for _, code in utf8.codes(word) do
      if is_chinese(code) then close() end
      if meet(before, code) then
        close()
        space = between
      end
      before = code
      run = run + known[code] * weight
      if is_chinese(code) or code == 45 or code == 47 then close() end
    end
    close()
  end
  return found
end

local function lines(words, room)
  local count, used = 1, 0
  for _, word in ipairs(words) do
    if used > 0 and used + word[1] + word[2] > room then count, used = count + 1, word[1]
    else used = used + word[1] + (used > 0 and word[2] or 0) end
  end
  return count
end

local function natural(texts)
  local most = 1
  for row, text in ipairs(texts) do most = math.max(most, width(text, row == 1 and bold)) end
  return most
end

local function column(texts, number)
  local found = { cells = {}, room = 1, natural = natural(texts) }
  for row, text in ipairs(texts) do
    local weight = row == 1 and bold or 1
    local words = pieces(text, number and row > 1, weight)
    table.insert(found.cells, words)
    for _, word in ipairs(words) do found.room = math.max(found.room, word[1]) end
  end
  -- a second line costs more than twice a first one, so that no cell towers over its row
  local costs = {}
  function found.cost(room)
    if not costs[room] then
      local sum = 0
      for row, words in ipairs(found.cells) do sum = sum + lines(words, room) ^ 2 * (row == 1 and head or 1) end
      costs[room] = sum
    end
    return costs[room]
  end
  return found
end

-- the widening of a column that takes most lines off for its width
local function best_step(columns, rest)
  local best, gain
  for _, each in ipairs(columns) do
    local before = each.cost(each.room)
    for by = 1, math.min(rest, math.ceil(each.natural - each.room)) do
      local saved = (before - each.cost(each.room + by)) / by
      if saved > 0 and (not gain or saved > gain) then best, gain = { each, by }, saved end
    end
  end
  return best
end

local function is_shape(text) return utf8.len(text) == 1 and is_sign(utf8.codepoint(text)) end

-- keep a shape with the word that it stands for, and an interval in brackets in one piece
local function bind(plain)
  local words = pandoc.utils.stringify(plain)
  local interval = words:match '%((.-)%)$'
  local whole, open, shape = interval and is_number(interval), false, false
  if not whole and not words:find '\xE2[\x86\x87\x94-\x9F]' then return nil end -- no arrow, no shape
  plain.content = plain.content:map(function(element)
    if element.t == 'Space' and (shape or whole and open) then return pandoc.Str '\u{A0}' end
    local text = pandoc.utils.stringify(element)
    shape, open = is_shape(text), open or text:find '%(' ~= nil
    return element
  end)
  return plain
end

-- code is set in letters of one width
local as_digits = { Code = function(code) return pandoc.Str((code.text:gsub('[%w_.]', '0'))) end }

local function texts_by_column(element)
  local texts, measured = {}, element:walk(as_digits)
  for i = 1, #element.colspecs do texts[i] = {} end
  local function add(rows)
    for _, row in ipairs(rows) do
      if #row.cells ~= #element.colspecs then return false end
      for i, cell in ipairs(row.cells) do table.insert(texts[i], pandoc.utils.stringify(cell.contents)) end
    end
    return true
  end
  local whole = add(measured.head.rows)
  for _, body in ipairs(measured.bodies) do whole = add(body.body) and whole end
  return whole and texts or nil
end

-- how high the table will be, in points, if its columns have such room
local function height(texts, columns)
  local sum = 0
  for row = 1, #texts[1] do
    local most = 1
    for _, each in ipairs(columns or {}) do most = math.max(most, lines(each.cells[row], each.room)) end
    sum = sum + 15 + 11.5 * (most - 1)
  end
  return sum
end

-- a table that is clearly lower or higher than a third of a page says so, and need not be measured
local function judged(element, points)
  local word = points < 165 and 'low' or points > 250 and 'high' or nil
  return word and { pandoc.RawBlock('typst', ('#metadata("%s")'):format(word)), element } or element
end

local function narrow(texts)
  local sum = 0
  for _, each in ipairs(texts) do sum = sum + natural(each) + padding end
  return sum <= page
end

local function with_widths(element, width)
  element.colspecs = element.colspecs:map(function(spec, i) return { spec[1], width and width(i) or nil } end)
  return element
end

-- columns as narrow as they can be, and what the page has left
local function narrowest(element, texts, whole)
  local columns, rest = {}, page
  for i, spec in ipairs(element.colspecs) do
    columns[i] = column(texts[i], whole and spec[1] == 'AlignRight')
    rest = rest - columns[i].room - padding
  end
  return columns, rest
end

local function fit(element)
  element = element:walk { Plain = bind }
  local texts = texts_by_column(element)
  if not texts then return element end
  if narrow(texts) then return judged(with_widths(element), height(texts)) end
  local columns, rest = narrowest(element, texts, true)
  if rest < 0 then columns, rest = narrowest(element, texts, false) end -- rather two lines than over the edge
  while rest >= 1 do
    local step = best_step(columns, math.floor(rest))
    if not step then break end
    step[1].room, rest = step[1].room + step[2], rest - step[2]
  end
  local all = page - rest
  return judged(with_widths(element, function(i) return (columns[i].room + padding) / all end), height(texts, columns))
end

return { { Table = fit } }
