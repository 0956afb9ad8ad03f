-- Shared by both engines, PDF only. A table that is wider than the page gets the widths with which its rows take the fewest lines:
-- every column starts as wide as what may not be broken in it, and the rest of the page goes to whichever column gains most by it.
-- Typst alone would give each long column the same, and a column of numbers the length of its head.
if not FORMAT:match 'typst' then return {} end

local page, padding = 102, 2.3 -- in digits of a table, as is every width here
local unbreakable = 26         -- numbers up to this width, with their interval, stay on one line

local function is_chinese(code) return code >= 0x2E80 end
local function is_sign(code) return code == 0x25 or code >= 0x2190 and code < 0x2200 or code >= 0x2500 end -- %, arrows, shapes

local function width_of(code)
  if is_chinese(code) or is_sign(code) then return 2 end
  local letter = code < 0x250 and utf8.char(code) or ''
  if letter == ' ' then return .42 elseif letter:match '^[%l%p]$' then return .92 elseif letter:match '^%u$' then return 1.15 end
  return 1
end

local widths = setmetatable({}, { __index = function(known, code)
  known[code] = width_of(code)
  return known[code]
end })

local function width(text)
  local sum = 0
  for _, code in utf8.codes(text) do sum = sum + widths[code] end
  return sum
end

-- what stays together, with the space before it: a word, a part of it up to a hyphen or stroke, a Chinese character, or a whole
-- number with its interval
local function pieces(text, whole)
  if whole and width(text) <= unbreakable then return { { width(text), 0 } } end
  local found = {}
  for word in text:gmatch '%S+' do
    local space, run = .42, 0
    local function close()
      if run > 0 then table.insert(found, { run, space }); space, run = 0, 0 end
    end
    for _, code in utf8.codes(word) do
      if is_chinese(code) then close() end
      run = run + widths[code]
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
  for _, text in ipairs(texts) do most = math.max(most, width(text)) end
  return most
end

local function column(texts, number)
  local found = { cells = {}, room = 1, natural = natural(texts) }
  for row, text in ipairs(texts) do
    local words = pieces(text, number and row > 1)
    table.insert(found.cells, words)
    for _, word in ipairs(words) do found.room = math.max(found.room, word[1]) end
  end
  -- a second line costs more than twice a first one, so that no cell towers over its row
  local known = {}
  function found.cost(room)
    if not known[room] then
      local sum = 0
      for _, words in ipairs(found.cells) do sum = sum + lines(words, room) ^ 2 end
      known[room] = sum
    end
    return known[room]
  end
  return found
end

-- the widening of a column that takes most lines off for its width
local function best_step(columns, rest)
  local best, gain
  for _, each in ipairs(columns) do
    local before = each.cost(each.room)
    for by = 1, math.min(rest, each.natural - each.room) do
      local saved = (before - each.cost(each.room + by)) / by
      if saved > 0 and (not gain or saved > gain) then best, gain = { each, by }, saved end
    end
  end
  return best
end

local function texts_by_column(element)
  local texts = {}
  for i = 1, #element.colspecs do texts[i] = {} end
  local function add(rows)
    for _, row in ipairs(rows) do
      if #row.cells ~= #element.colspecs then return false end
      for i, cell in ipairs(row.cells) do table.insert(texts[i], pandoc.utils.stringify(cell.contents)) end
    end
    return true
  end
  local whole = add(element.head.rows)
  for _, body in ipairs(element.bodies) do whole = add(body.body) and whole end
  return whole and texts or nil
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

local function fit(element)
  local texts = texts_by_column(element)
  if not texts then return nil end
  if narrow(texts) then return with_widths(element) end
  local columns, rest = {}, page
  for i, spec in ipairs(element.colspecs) do
    columns[i] = column(texts[i], spec[1] == 'AlignRight')
    rest = rest - columns[i].room - padding
  end
  while rest >= 1 do
    local step = best_step(columns, math.floor(rest))
    if not step then break end
    step[1].room, rest = step[1].room + step[2], rest - step[2]
  end
  local all = page - rest
  return with_widths(element, function(i) return (columns[i].room + padding) / all end)
end

return { { Table = fit } }
