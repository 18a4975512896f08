"""Which script a text is in."""

import unicodedata
from collections import Counter
from functools import lru_cache

SAMPLED = 4_000  # characters that are enough to tell a script and a language
_LONGEST_TAG = 80  # characters

# By the first word of a letter's Unicode name.
_SCRIPTS = {
    **{"LATIN": "Latn", "ARABIC": "Arab", "CYRILLIC": "Cyrl", "GREEK": "Grek", "HEBREW": "Hebr", "DEVANAGARI": "Deva"},
    **{"THAI": "Thai", "HANGUL": "Hang", "CJK": "Hani", "IDEOGRAPHIC": "Hani", "HIRAGANA": "Jpan", "KATAKANA": "Jpan"},
    **{"BOPOMOFO": "Hani", "ARMENIAN": "Armn", "GEORGIAN": "Geor", "ETHIOPIC": "Ethi", "BENGALI": "Beng"},
    **{"TAMIL": "Taml", "TELUGU": "Telu", "KANNADA": "Knda", "MALAYALAM": "Mlym", "GUJARATI": "Gujr"},
    **{"GURMUKHI": "Guru", "ORIYA": "Orya", "SINHALA": "Sinh", "LAO": "Laoo", "KHMER": "Khmr", "MYANMAR": "Mymr"},
    **{"TIBETAN": "Tibt", "MONGOLIAN": "Mong", "THAANA": "Thaa", "SYRIAC": "Syrc", "TIFINAGH": "Tfng"},
    **{"CHEROKEE": "Cher", "CANADIAN": "Cans", "NKO": "Nkoo", "YI": "Yiii", "JAVANESE": "Java"},
}
_RIGHT_TO_LEFT = frozenset(("Arab", "Hebr", "Thaa", "Syrc", "Nkoo"))
# Frequent characters that differ in the two ways to write Chinese, the traditional one of each pair first.
_PAIRS = (
    "們们 個个 這这 會会 說说 對对 過过 時时 來来 學学 國国 關关 點点 體体 發发 現现 還还 讓让 麼么 為为 與与 業业 車车 應应 "
    "該该 務务 問问 題题 開开 沒没 講讲 認认 樣样 幾几 實实 間间 長长 動动 見见 從从 無无 產产 當当 進进 種种 頭头 電电 話话 "
    "書书 東东 馬马 門门 風风 飛飞 愛爱 聽听 買买 賣卖 給给 讀读 寫写 請请 謝谢 誰谁 課课 語语 議议 論论 讚赞 證证 識识 變变 "
    "響响 願愿 類类 線线 經经 結结 續续 網网 總总 緊紧 級级 紅红 綠绿 細细 終终 維维 練练 織织 繼继 場场 樓楼 橋桥 機机 權权 "
    "歡欢 歲岁 氣气 漢汉 濟济 灣湾 燈灯 爾尔 獎奖 環环 療疗 監监 盡尽 眾众 確确 碼码 礎础 禮礼 穩稳 節节 築筑 簡简 糧粮 壓压 "
    "廠厂 廣广 廳厅 彈弹 徑径 師师 帶带 幫帮 張张 強强 戲戏 戰战 據据 擔担 擴扩 損损 換换 敗败 數数 斷断 標标 構构 檢检 歷历 "
    "號号 處处 術术 衛卫 補补 規规 視视 覺觉 觀观 觸触 計计 訊讯 訓训 記记 設设 許许 評评 試试 調调 談谈 護护 貴贵 費费 資资 "
    "質质 趕赶 輕轻 轉转 輸输 農农 運运 達达 遠远 適适 選选 遺遗 邊边 鄉乡 醫医 釋释 針针 鐘钟 鐵铁 錢钱 錯错 鍵键 閉闭 隊队 "
    "階阶 際际 難难 雙双 雜杂 離离 靜静 項项 順顺 須须 預预 領领 額额 顯显 養养 館馆 驗验 驚惊 鬧闹 魚鱼 麗丽 黨党 齊齐 嗎吗 "
    "聲声 園园 圖图 區区 華华 單单 價价 億亿 優优 傳传 傷伤 兒儿 兩两 團团 圍围 報报 壞坏 夠够 婦妇 媽妈 孫孙 寶宝 將将 導导 "
    "島岛 層层 歸归 態态 憂忧 懷怀 戶户 掃扫 撥拨 擁拥 擠挤 攝摄 敵敌 暫暂 條条 樂乐 樹树 殘残 決决 況况 溫温 滿满 潔洁 災灾 "
    "煩烦 熱热 獨独 獻献 畫画 異异 疊叠 癥症 盤盘 積积 稱称 競竞 筆笔 紀纪 約约 純纯 紙纸 絕绝 統统 絲丝 綜综 緒绪 編编 緩缓 "
    "績绩 罰罚 職职 聯联 聰聪 腦脑 膽胆 臉脸 舉举 舊旧 藝艺 藥药 蘇苏 虛虚 蟲虫 裝装 親亲 詢询 詳详 誠诚 誤误 諒谅 譯译 豐丰 "
    "負负 財财 責责 貨货 貿贸 賓宾 賞赏 購购 贊赞 贏赢 跡迹 踐践 軍军 軟软 較较 載载 輔辅 輛辆 辦办 遊游 違违 遲迟 郵邮 鄰邻 "
    "錄录 鎮镇 鬥斗 陽阳 陰阴 隨随 險险 隱隐 霧雾 頁页 頓顿 頻频 顧顾 飯饭 飲饮 駕驾 騎骑 騙骗 騰腾 鬱郁 鮮鲜 鳥鸟 鹽盐 龍龙"
)
_ONLY_HANT = frozenset(pair[0] for pair in _PAIRS.split())
_ONLY_HANS = frozenset(pair[1] for pair in _PAIRS.split())


_WIDE = ("Hani", "Jpan", "Hang")  # one of their characters says about as much as two letters of the others


def script_of(text: str) -> str | None:
    """The script that most letters of a text are in, by its ISO 15924 code; None without letters.

    Chinese is "Hans" or "Hant", and "Hani" where its characters are the same in both; a few kana among them make it Japanese.
    """
    counts = Counter(script for character in text[:SAMPLED] if (script := _script(character)))
    if not counts:
        return None
    for script in _WIDE:
        counts[script] *= 2
    han, kana = counts["Hani"], counts["Jpan"]
    if kana and kana * 5 > han:
        counts["Jpan"], counts["Hani"] = kana + han, 0
    elif han:
        counts["Hani"], counts["Jpan"] = kana + han, 0
    best = max(counts, key=lambda script: counts[script])
    return _chinese(text[:SAMPLED]) if best == "Hani" else best


@lru_cache(maxsize=256)
def script_of_language(tag: str) -> str:
    """The script that a language is mostly written in, or that its tag names; "Hani" for all of Chinese; Latin for what is no tag."""
    from langcodes import Language  # whose tables are large

    try:
        script = Language.get(tag[:_LONGEST_TAG]).maximize().script
    except ValueError:
        script = None
    return family_of(script or "Latn")


def family_of(script: str) -> str:
    """The script, the two of Chinese taken as one, and Korean by the name that `script_of` has for it."""
    return {"Hans": "Hani", "Hant": "Hani", "Kore": "Hang"}.get(script, script)


def is_right_to_left(script: str) -> bool:
    """Whether a script is written from right to left."""
    return script in _RIGHT_TO_LEFT


@lru_cache(maxsize=4_096)
def _script(character: str) -> str | None:
    if not character.isalpha():
        return None
    name = unicodedata.name(unicodedata.normalize("NFKC", character)[0], "")
    return _SCRIPTS.get(name.partition(" ")[0])


def _chinese(text: str) -> str:
    traditional, simplified = (sum(map(signs.__contains__, text)) for signs in (_ONLY_HANT, _ONLY_HANS))
    if traditional == simplified:
        return "Hani"
    return "Hant" if traditional > simplified else "Hans"
