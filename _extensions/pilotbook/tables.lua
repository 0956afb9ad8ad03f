-- Shared by both engines, last of the filters. Columns are as wide as their content: Pandoc would otherwise take the lengths of the
-- dashes in the source as widths. In HTML a table wider than the page scrolls, in a region that the keyboard reaches.
local name = 'Table'

local function read_words(meta)
  if meta.words and meta.words.table then name = pandoc.utils.stringify(meta.words.table) end
end

local function dress(element)
  element.colspecs = element.colspecs:map(function(spec) return { spec[1], nil } end)
  if not FORMAT:match 'html' then
    element.classes:insert 'typst:no-figure' -- Pandoc would centre it in a figure of its own
    return element, false
  end
  local attributes = { { 'role', 'group' }, { 'tabindex', '0' }, { 'aria-label', name } }
  return pandoc.Div({ element }, pandoc.Attr('', { 'table-scroll' }, attributes)), false
end

return { { Meta = read_words }, { traverse = 'topdown', Table = dress } }
