-- Shared by both engines. Puts the fixed words of the template into the metadata, in the language of the document.
local languages = {
  en = {
    skip = 'Skip to the main content', contents = 'Contents', author = 'Author', published = 'Plan dated', plan = 'Plan',
    period = 'Period', program = 'Program', status = 'Status', vintage = 'Data vintage', abstract = 'Abstract', code = 'Code',
    simulated = 'All data in this report are simulated.', page = 'Page', note = 'Note', tip = 'Tip', warning = 'Warning',
    important = 'Important', caution = 'Caution', table = 'Table, can be scrolled sideways', csv = 'Numbers as CSV',
    months = { 'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December' },
  },
  zh = {
    skip = '跳到正文', contents = '目录', author = '作者', published = '方案日期', plan = '分析方案',
    period = '数据期间', program = '程序', status = '状态', vintage = '数据批次', abstract = '摘要', code = '代码',
    simulated = '本报告所用数据均为模拟数据。', page = '页', note = '说明', tip = '提示', warning = '警告',
    important = '重要', caution = '注意', table = '表格，可横向滚动', csv = '数据（CSV）',
  },
}

local function spelled_date(iso, language, words)
  local year, month, day = iso:match '^(%d%d%d%d)%-(%d%d)%-(%d%d)'
  if not year then return iso end
  if language == 'zh' then return ('%d年%d月%d日'):format(year, month, day) end
  return ('%d %s %d'):format(day, words.months[tonumber(month)], year)
end

local function add_words(meta)
  local tag = meta.lang and pandoc.utils.stringify(meta.lang) or 'en'
  local language = tag:match '^%a+'
  local words = languages[language] or languages.en
  meta.words = {}
  for name, word in pairs(words) do
    if type(word) == 'string' then meta.words[name] = pandoc.MetaString(word) end
  end
  meta['toc-title'] = pandoc.MetaString(words.contents)
  if meta.date then
    local iso = pandoc.utils.stringify(meta.date)
    meta['iso-date'] = pandoc.MetaString(iso)
    meta['spelled-date'] = pandoc.MetaString(spelled_date(iso, language, words))
  end
  meta['language-tag'] = pandoc.MetaString(tag)
  return meta
end

return { { Meta = add_words } }
