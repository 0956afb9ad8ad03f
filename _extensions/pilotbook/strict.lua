-- Quarto only: an unresolved cross reference ends the run. Quarto turns Lua's error() into a line of its log, hence os.exit.
local missing = {}

local function collect(strong)
  local reference = pandoc.utils.stringify(strong):match '^%?(@%a+%-[%w_%-%.]+)$'
  if reference then table.insert(missing, reference) end
end

local function refuse()
  if #missing > 0 then
    io.stderr:write('UNRESOLVED ' .. table.concat(missing, ' ') .. '\n')
    os.exit(1)
  end
end

return { { Strong = collect }, { Pandoc = refuse } }
