-- Quarto only, PDF only: widths in inches, because Typst knows no pixels, and never wider than the text. A picture without a
-- width, such as any figure in SVG, is as wide as the text, also on a page that is drawn smaller.
if not FORMAT:match 'typst' then return {} end
local text_width = 6.37
local per_inch = { px = 96, ['in'] = 1, cm = 2.54, mm = 25.4, pt = 72 }

local function fit(image)
  local number, unit = (image.attributes.width or '100%'):match '^([%d.]+)([%a%%]*)$'
  if unit == '%' then
    image.attributes.width = number .. '%'
    return image
  end
  local scale = per_inch[unit == '' and 'px' or unit]
  if not (number and scale) then return nil end
  local inches = tonumber(number) / scale
  image.attributes.width = inches > text_width and '100%' or ('%.3fin'):format(inches)
  image.attributes.height = nil
  return image
end

return { { Image = fit } }
