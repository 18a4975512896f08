"""The names that hosts write for languages: in English, in the language itself, and in those of the pages."""

from functools import cache

from chalicelib.text.normalise import fold

_TABLE = """
af: afrikaans
am: amharic | አማርኛ
ar: arabic | modern standard arabic | العربية | عربي | عربى | arabisch | árabe | arabe | 阿拉伯语 | 阿拉伯文 | 阿拉伯語
arz: egyptian arabic
as: assamese | অসমীয়া
az: azerbaijani | azərbaycanca | aserbaidschanisch
be: belarusian | беларуская | weißrussisch | belarussisch
bg: bulgarian | български | bulgarisch
bn: bengali | bangla | বাংলা
bo: tibetan | བོད་སྐད་
br: breton | brezhoneg
bs: bosnian | bosanski
ca: catalan | català | valencian | katalanisch | catalán
ceb: cebuano | bisaya
ckb: sorani | central kurdish | کوردی
cs: czech | čeština | český | tschechisch | checo | tchèque
cy: welsh | cymraeg
da: danish | dansk | dänisch | danés | danois
de: german | deutsch | hochdeutsch | alemán | aleman | allemand | tedesco | الألمانية | 德语 | 德文 | 德語
el: greek | ελληνικά | griechisch | griego | grec
en: english | inglés | ingles | anglais | englisch | inglese | الإنجليزية | الانجليزية | 英语 | 英文 | 英語
en-GB: british english | uk english | english (uk) | english (british)
en-US: american english | us english | english (us) | english (american)
eo: esperanto
es: spanish | español | espanol | castellano | castilian | spanisch | espagnol | الإسبانية | 西班牙语 | 西班牙文 | 西班牙語
es-419: latin american spanish | spanish (latin america) | español latinoamericano
es-MX: mexican spanish
et: estonian | eesti
eu: basque | euskara
fa: persian | farsi | dari | فارسی | persisch
fi: finnish | suomi | finnisch
fil: filipino | tagalog
fo: faroese | føroyskt
fr: french | français | francais | französisch | franzosisch | francés | frances | الفرنسية | 法语 | 法文 | 法語
fr-CA: canadian french | french (canada) | québécois
fy: frisian | west frisian | frysk
ga: irish | gaeilge | irish gaelic
gd: scottish gaelic | gaelic | gàidhlig
gl: galician | galego
gn: guarani | guaraní | avañe'ẽ
gsw: swiss german | schweizerdeutsch | schwyzerdütsch
gu: gujarati | ગુજરાતી
ha: hausa
haw: hawaiian | ʻōlelo hawaiʻi
he: hebrew | עברית | hebräisch | hebreo | hébreu
hi: hindi | हिन्दी | हिंदी | الهندية | 印地语
hr: croatian | hrvatski | kroatisch
ht: haitian creole | haitian | kreyòl | kreyòl ayisyen
hu: hungarian | magyar | ungarisch | húngaro | hongrois
hy: armenian | հայերեն
id: indonesian | bahasa indonesia | indonesisch
ig: igbo
is: icelandic | íslenska
it: italian | italiano | italienisch | italien | الإيطالية | 意大利语
ja: japanese | 日本語 | nihongo | japanisch | japonés | japonais | اليابانية | 日语 | 日文 | 日語
jv: javanese | basa jawa
ka: georgian | ქართული
kk: kazakh | қазақша
km: khmer | ខ្មែរ
kn: kannada | ಕನ್ನಡ
ko: korean | 한국어 | koreanisch | coreano | coréen | الكورية | 韩语 | 韓文 | 韓語
ku: kurdish | kurdî | kurmanji
ky: kyrgyz | кыргызча
la: latin | latein | latín
lb: luxembourgish | lëtzebuergesch | luxemburgisch | luxembourgeois
lo: lao | ລາວ
lt: lithuanian | lietuvių
lv: latvian | latviešu
mg: malagasy
mi: maori | māori | te reo māori
mk: macedonian | македонски
ml: malayalam | മലയാളം
mn: mongolian | монгол
mr: marathi | मराठी
ms: malay | bahasa melayu
mt: maltese | malti
my: burmese | မြန်မာ
nb: norwegian | norsk | bokmål | norwegian bokmål | norwegisch | noruego | norvégien
ne: nepali | नेपाली
nl: dutch | nederlands | flemish | vlaams | niederländisch | holandés | neerlandés | néerlandais
nn: nynorsk | norwegian nynorsk
ny: chichewa | nyanja
or: odia | oriya | ଓଡ଼ିଆ
pa: punjabi | panjabi | ਪੰਜਾਬੀ
pl: polish | polski | polnisch | polaco | polonais
ps: pashto | پښتو
pt: portuguese | português | portugues | portugiesisch | portugués | portugais | البرتغالية | 葡萄牙语
pt-BR: brazilian portuguese | portuguese (brazil) | português brasileiro | português do brasil
pt-PT: european portuguese | portuguese (portugal)
qu: quechua | runa simi
rm: romansh | rumantsch | rätoromanisch
ro: romanian | română | romana | rumänisch | rumano | roumain
ru: russian | русский | russisch | ruso | russe | الروسية | 俄语 | 俄文 | 俄語
rw: kinyarwanda
sa: sanskrit | संस्कृतम्
sd: sindhi | سنڌي
si: sinhala | sinhalese | සිංහල
sk: slovak | slovenčina | slowakisch
sl: slovenian | slovene | slovenščina
sm: samoan
sn: shona
so: somali | soomaali
sq: albanian | shqip
sr: serbian | српски | srpski
sv: swedish | svenska | schwedisch | sueco | suédois
sw: swahili | kiswahili
ta: tamil | தமிழ்
te: telugu | తెలుగు
tg: tajik | тоҷикӣ
th: thai | ไทย | ภาษาไทย | thailändisch
ti: tigrinya | ትግርኛ
tk: turkmen | türkmençe
tr: turkish | türkçe | turkce | türkisch | turco | turc | التركية | 土耳其语
tt: tatar | татарча
ug: uyghur | uighur | ئۇيغۇرچە
uk: ukrainian | українська | ukrainisch
ur: urdu | اردو
uz: uzbek | oʻzbekcha
vi: vietnamese | tiếng việt | vietnamesisch | vietnamita | vietnamien
wo: wolof
xh: xhosa | isixhosa
yi: yiddish | ייִדיש | jiddisch
yo: yoruba
yue: cantonese | 粵語 | 粤语 | 廣東話 | 广东话 | kantonesisch | cantonés | cantonais
zh: chinese | mandarin | mandarin chinese | 中文 | 汉语 | 漢語 | 华语 | 華語 | chinesisch | chino | chinois | الصينية
zh-Hans: simplified chinese | chinese (simplified) | chinese simplified | 简体中文 | 简体 | 中文(简体) | 简中 | 普通话
zh-Hans: chinesisch (vereinfacht) | vereinfachtes chinesisch | chino simplificado | chinois simplifié | 簡體中文
zh-Hant: traditional chinese | chinese (traditional) | chinese traditional | 繁體中文 | 繁體 | 中文(繁體) | 繁中 | 國語
zh-Hant: taiwanese mandarin | chinesisch (traditionell) | traditionelles chinesisch | chino tradicional | 繁体中文
zh-Hant: chinois traditionnel | 繁体
zu: zulu | isizulu
"""


@cache  # made when a host first names a language
def read_names() -> dict[str, str]:
    """Returns the tag of each name, which is folded."""
    return {
        fold(name): tag.strip()
        for line in _TABLE.strip().splitlines()
        for tag, _, names in (line.partition(":"),)
        for name in names.split("|")
    }
