-- Shared by both engines. Writes callouts, tabsets and scrollable tables, with Quarto's own class names in HTML and with the
-- functions of typst-template.typ in PDF. Quarto's minimal HTML would drop their classes and needs Bootstrap's script for the rest.
local html, typst = FORMAT:match 'html' ~= nil, FORMAT:match 'typst' ~= nil
if not (html or typst) then return {} end

local kinds = { note = true, tip = true, warning = true, important = true, caution = true }
local words = {}
local tabsets = 0

local function raw(text) return pandoc.RawBlock(html and 'html' or 'typst', text) end

local function read_words(meta) words = meta.words or {} end

local function callout_title(div, kind)
  local first = div.content[1]
  if div.attributes.title then return pandoc.Inlines(div.attributes.title), div.content end
  if first and first.t == 'Header' then
    local rest = pandoc.Blocks(div.content)
    rest:remove(1)
    return first.content, rest
  end
  return pandoc.Inlines(pandoc.utils.stringify(words[kind] or kind)), div.content
end

local function html_callout(kind, title, body, collapse)
  local box, head = 'div', 'div'
  local extra = ' role="note"'
  if collapse then
    box, head = 'details', 'summary'
    extra = collapse == 'false' and ' open' or ''
  end
  local out = pandoc.Blocks {
    raw(('<%s class="callout callout-style-default callout-%s callout-titled"%s>'):format(box, kind, extra)),
    raw(('<%s class="callout-header"><div class="callout-title-container">'):format(head)),
    pandoc.Plain(title),
    raw(('</div></%s><div class="callout-body-container callout-body">'):format(head)),
  }
  out:extend(body)
  out:insert(raw(('</div></%s>'):format(box)))
  return out
end

local function typst_callout(kind, title, body)
  local out = pandoc.Blocks { raw(('#note-box("%s", ['):format(kind)), pandoc.Plain(title), raw '])[' }
  out:extend(body)
  out:insert(raw ']')
  return out
end

local function callout(div, kind)
  local title, body = callout_title(div, kind)
  if html then return html_callout(kind, title, body, div.attributes.collapse) end
  return typst_callout(kind, title, body)
end

local function split_tabs(blocks)
  local tabs, level = {}, nil
  for _, block in ipairs(blocks) do
    if block.t == 'Header' and (not level or block.level == level) then
      level = block.level
      table.insert(tabs, { title = block.content, body = pandoc.Blocks {} })
    elseif #tabs > 0 then
      tabs[#tabs].body:insert(block)
    end
  end
  return tabs
end

local function html_tabset(tabs)
  tabsets = tabsets + 1
  local id = 'tabset-' .. tabsets
  local out = pandoc.Blocks { raw '<div class="panel-tabset"><div class="nav nav-tabs" role="tablist">' }
  for i, tab in ipairs(tabs) do
    local first = i == 1
    out:extend {
      raw(('<button class="nav-link%s" type="button" role="tab" id="%s-%d-tab" aria-controls="%s-%d" aria-selected="%s"%s>'):format(
        first and ' active' or '', id, i, id, i, tostring(first), first and '' or ' tabindex="-1"')),
      pandoc.Plain(tab.title),
      raw '</button>',
    }
  end
  out:insert(raw '</div><div class="tab-content">')
  for i, tab in ipairs(tabs) do
    out:insert(raw(('<div class="tab-pane%s" role="tabpanel" tabindex="0" id="%s-%d" aria-labelledby="%s-%d-tab">'):format(
      i == 1 and ' active' or '', id, i, id, i)))
    out:extend(tab.body)
    out:insert(raw '</div>')
  end
  out:insert(raw '</div></div>')
  return out
end

local function typst_tabset(tabs)
  local out = pandoc.Blocks {}
  for _, tab in ipairs(tabs) do
    out:extend { raw '#tab-head[', pandoc.Plain(tab.title), raw ']' }
    out:extend(tab.body)
  end
  return out
end

local function div(element)
  for _, class in ipairs(element.classes) do
    local kind = class:match '^callout%-(%a+)$'
    if kind and kinds[kind] then return callout(element, kind) end
  end
  if element.classes:includes 'one-page' then
    if html then return element.content end
    local out = pandoc.Blocks { raw '#one-page[' }
    out:extend(element.content)
    out:insert(raw ']')
    return out
  end
  if element.classes:includes 'panel-tabset' then
    local tabs = split_tabs(element.content)
    return html and html_tabset(tabs) or typst_tabset(tabs)
  end
end

-- the rows that numbers lead to are shown in HTML only
local function link(element)
  if typst and element.target:match '^#row%-' then return element.content end
end

return { { Meta = read_words }, { Div = div, Link = link } }
