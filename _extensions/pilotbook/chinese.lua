-- Quarto only: a line break between two Chinese characters is no space. The embedded engine asks Pandoc's reader for the same.
local first_wide = 0x2E80

local function codepoint(element, last)
  if not element or element.t ~= 'Str' then return 0 end
  return utf8.codepoint(element.text, last and utf8.offset(element.text, -1) or 1)
end

local function join_lines(inlines)
  local out = pandoc.Inlines {}
  for i, element in ipairs(inlines) do
    local between = codepoint(inlines[i - 1], true) >= first_wide and codepoint(inlines[i + 1], false) >= first_wide
    if not (element.t == 'SoftBreak' and between) then out:insert(element) end
  end
  return out
end

return { { Inlines = join_lines } }
