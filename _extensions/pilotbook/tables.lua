-- Shared by both engines, HTML only: a table wider than the page scrolls in a region that the keyboard reaches.
if not FORMAT:match 'html' then return {} end
local name = 'Table'

local function read_words(meta)
  if meta.words and meta.words.table then name = pandoc.utils.stringify(meta.words.table) end
end

local function wrap(table)
  local attributes = { role = 'region', tabindex = '0', ['aria-label'] = name }
  return pandoc.Div({ table }, pandoc.Attr('', { 'table-scroll' }, attributes)), false
end

return { { Meta = read_words }, { traverse = 'topdown', Table = wrap } }
