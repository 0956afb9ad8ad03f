-- Shared by both engines, PDF only: a picture wider than the text is set as wide as the text.
if not FORMAT:match 'typst' then return {} end
local text_width_inches = 6.37
local per_inch = { px = 96, ['in'] = 1, cm = 2.54, mm = 25.4, pt = 72 }

local function fit(image)
  local number, unit = (image.attributes.width or ''):match '^([%d.]+)(%a*)$'
  local scale = per_inch[unit == '' and 'px' or unit]
  if number and scale and tonumber(number) / scale > text_width_inches then
    image.attributes.width = '100%'
    image.attributes.height = nil
  end
  return image
end

return { { Image = fit } }
