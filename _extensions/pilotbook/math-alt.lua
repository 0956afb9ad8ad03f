-- Quarto only, PDF only. PDF/UA-1 asks for an alternative text on every formula: its TeX source. The embedded engine adds it itself.
if not FORMAT:match 'typst' then return {} end

local function quoted(text)
  local trimmed = text:match '^%s*(.-)%s*$'
  return '"' .. trimmed:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('%s+', ' ') .. '"'
end

local function labelled_equation(element)
  return element and element.t == 'RawInline' and element.text:match '^#math%.equation%('
end

local function add_alternatives(inlines)
  local out = pandoc.Inlines {}
  for _, element in ipairs(inlines) do
    local before = out[#out]
    if element.t ~= 'Math' then
      out:insert(element)
    elseif labelled_equation(before) then
      if not before.text:match 'alt:' then
        local rest = before.text:sub(#'#math.equation(' + 1)
        before.text = '#math.equation(alt: ' .. quoted(element.text) .. ', ' .. rest
      end
      out:insert(element)
    else
      out:insert(pandoc.RawInline('typst', '#[#set math.equation(alt: ' .. quoted(element.text) .. ');'))
      out:insert(element)
      out:insert(pandoc.RawInline('typst', ']'))
    end
  end
  return out
end

return { { Inlines = add_alternatives } }
