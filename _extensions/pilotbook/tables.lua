-- Shared by both engines, last of the filters. In HTML the browser finds the widths of columns: Pandoc would otherwise take the
-- lengths of the dashes in the source. A table wider than the page scrolls, in a region that the keyboard reaches.
-- What it shows can be taken along as CSV.
local name, offer = 'Table', 'CSV'
local count = 0

local function read_words(meta)
  if meta.words and meta.words.csv then offer = pandoc.utils.stringify(meta.words.csv) end
  if meta.words and meta.words.table then name = pandoc.utils.stringify(meta.words.table) end
end

local function quoted(cell) return '"' .. pandoc.utils.stringify(cell.contents):gsub('"', '""') .. '"' end

local function csv(element)
  local lines = {}
  local function add(rows)
    for _, row in ipairs(rows) do
      local cells = {}
      for _, cell in ipairs(row.cells) do table.insert(cells, quoted(cell)) end
      table.insert(lines, table.concat(cells, ','))
    end
  end
  add(element.head.rows)
  for _, body in ipairs(element.bodies) do add(body.body) end
  return table.concat(lines, '\r\n') .. '\r\n'
end

local masked = setmetatable({}, { __index = function(known, byte)
  known[byte] = ('%%%02X'):format(byte:byte())
  return known[byte]
end })

local function link(element)
  count = count + 1
  local looked_at = element:clone() -- rows that Lua has looked at would be taken back from it one by one
  local escaped = csv(looked_at):gsub('[^%w%-_.~]', masked)
  local attributes = { { 'download', ('table-%d.csv'):format(count) } }
  local target = 'data:text/csv;charset=utf-8,%EF%BB%BF' .. escaped
  return pandoc.Plain { pandoc.Link(offer, target, '', pandoc.Attr('', { 'csv' }, attributes)) }
end

local function dress(element)
  if not FORMAT:match 'html' then
    element.classes:insert 'typst:no-figure' -- Pandoc would centre it in a figure of its own
    return element, false
  end
  element.colspecs = element.colspecs:map(function(spec) return { spec[1], nil } end)
  local attributes = { { 'role', 'group' }, { 'tabindex', '0' }, { 'aria-label', name } }
  return pandoc.Div({ element, link(element) }, pandoc.Attr('', { 'table-scroll' }, attributes)), false
end

return { { Meta = read_words }, { traverse = 'topdown', Table = dress } }
