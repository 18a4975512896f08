"""Words that carry no topic: function words, and the common verbs, adjectives and nouns that any conversation is full of."""

FUNCTION = frozenset(
    """
    a about above across after afterwards again against ago ahead all almost alone along already also although always am among amongst an and another any
    anybody anymore anyone anything anyway anywhere apart are aren around as aside at away back be became because become becomes been before beforehand
    behind being below beside besides between beyond both but by came can cannot could couldn did didn do does doesn doing don done down due during each
    either else elsewhere enough especially etc even ever every everybody everyone everything everywhere except far few fewer for former from further
    had hadn has hasn have haven having he hence her here hers herself him himself his how however i if in indeed instead into is isn it its itself just
    keep kept lack lacking lacks last lately least less let lets like likely ll made make makes making many may maybe me mean meanwhile might mine more moreover most mostly much
    must mustn my myself namely near nearly need needed needing needs neither never nevertheless next no nobody none nor not nothing now nowhere of off
    often on once one ones only onto or other others otherwise ought our ours ourselves out outside over own per perhaps please quite rather re really
    s same seem seemed seems several shall she should shouldn simply since so some somebody somehow someone something sometimes somewhere soon still such t
    than that the their theirs them themselves then there therefore these they this those though through throughout thus to together too toward
    towards twice two under underneath unless until up upon us use used uses using usually ve very via was wasn we well were weren what whatever when whenever
    where whereas wherever whether which while who whoever whole whom whose why will with within without won would wouldn yes yet you your yours yourself
    yourselves first second third three four five six seven eight nine ten zero half dozen hundred thousand million

    """.split()
)
# Words that say something, but hardly ever what a sentence is about: they never name a theme.
COMMON = frozenset(
    """
    able absolutely accept according act actually add added adding additional address affect affected agree allow allowed allowing allows amount appear apply
    appropriate approach area areas ask asked attempt available avoid aware awful bad badly based basic basically begin beginning believe benefit benefits best better
    big bigger biggest bit bring bringing brought build building built call called calls care cares case cause caused causes causing certain certainly chance change changed changes
    cheap choice choose clear clearly close come comes coming common complete completely concern concerned concerns consider considered considering consistent
    continue continued control correct cost costs could couple course create created creates creating current currently cut cuts day days deal decent decide
    decision decisions deem definitely depend deserve despite different difference difficult direct do easier easily easy effect effective effort efforts eliminate encourage encouraged encouraging
    end ends enjoy ensure entire entirely equal equally essential etc exactly example excellent exist existing exists expand expanded expect expensive experience explain extra extremely
    face fact fail fails failing fair fairly fall feel feeling feels felt find finding fine fix fixed fixing focus focused follow following follows force forced forget form found
    free frequent frequently friendly full fully future gave general generally get gets getting give given gives giving go goes going gone good got great greater
    greatest greatly group groups grow growing grown growth guess had half happen happening happens happy hard hardly hate having hear heard heavily help helped helpful helping
    helps high higher highest highly hold hope horrible huge hurt idea ideal ideas ignore immediate immediately impact implement importance important impossible improve improved improvement improvements
    improves improving include included includes including increase increased increases increasing increasingly individual initiate interest interested invest involve involved issue issues  join keep
    keeping key kind kinds knew know knowing known knows large largely larger late later lead leading leave leaves leaving led left let letting level levels limit limited line little live lived lives living locate located location locations
    long longer look looked looking looks lose lost lot lots love low lower lowest main mainly major majority make maintain maintained man manage matter matters meet member members mention mere merely
    mile miles mind minimum minute minutes miss missing mix moment month months move moved moving multiple name necessary necessarily negative new newer news nice none normal note notice number numbers
    obvious obviously offer offered offering offers old older open opened opening opinion option options order ought overall  part particular particularly parts pass past    people person personal personally
    place placed places plan planned planning plans play plenty plus point points poor poorly popular portion positive possible possibly potential potentially prefer present pretty prevent previous previously prior priority probably problem problems
    proceed process proper properly propose proposed provide provided provides providing purpose push put puts putting quality question questions quick quickly quite raise raised raising rate rates reach read ready real realize really
    reason reasonable reasons receive recent recently reduce reduced reducing regard regarding regardless relate related remain remember remove removed replace require required requires respect response rest result results return ridiculous right rights run running runs
    sad said save saw say saying says see seeing seen self send sense serious seriously serve serves set sets setting share shape short show shows side significant significantly silly similar simple single sit situation size slow
    small smaller solution solutions solve solved sort sound speak special specific specifically spend spending spent stand standard standards start started starting starts state stay step stop stopped stopping stops strong strongly stuff stupid succeed success
    successful suffer suggest suit support supported supporting supports supposed sure take taken takes taking talk talked talking tell tend term terms terrible thank thanks thing things think thinking thought tie tied time times tired today
    told tomorrow tonight top total totally treat treated treating tried true truly trust try trying turn turned turning type types understand understanding unique unnecessary unreasonable update updated useful usual valuable value values variety various
    view views wait waiting  want wanted wanting wants warrant waste wasted way ways week weeks welcome went wish wonderful word words work worked working works world worse worst worth worthy write wrong year years yesterday young younger
    ability access action active activity advantage agreed alternative amazing answer apparent appreciate aspect attention average beautiful boring bother broad
    careful carry   challenge character check closed combine comfortable comment compare compared concept condition conditions consequence constant constantly contain continually count critical cross crucial damage dangerous date dead deep degree
    demand detail determine develop developed developing development difficulties directly discuss display draw    early else emphasis employ engage enter establish event eventually evidence exceed exclusive expectation extend extent factor failure
    false fantastic favor favour feature fill final finally financial fit former forward function gain generate glad goal goals hand handle head ignored imagine include influence inform initial inside intend introduce keep lay learn learned legitimate lie lieu local locally
    longtime maximum measure method middle modern mostly nearby nature nonsense objective occur ok okay operate opportunity opportunities opposed original owned paper period permit pick piece possibility post power practice predict presence pressure prioritize  produce product
    profit program programs progress project projects promote proud prove  publicly purely quiet range rarely rational receive recognize recommend reconsider record refuse regular regularly relative rely report represent request resource resources respond responsible restrict reverse role
    rule rules safe safely scale seek select sell serious   shift sign silent skill soft solely speed spot spread stage stick straight strategy strength stress stretch strict structure style subject suddenly sufficient suitable surround system systems
    table target task team tear tie tool touch tough track tradition trouble ultimate unable unfair unfortunate unfortunately unless unlike unwilling upper urge utilize vary vast vital voice willing wise wonder worry yeah
     lol omg hey hi hello sir everyday nowadays instance respect sake whichever throughout
    absolute accurate actual additionally adequate adjust afraid afford alike annual anytime appeal arrive aspire assume attend attract attractive authentic award awhile
    background balance barely bear bet bunch capable certainty cheaper claim clean closer commit commonly competent complain complaint confuse consideration consistently contribute convenient convince cool
    countless current daily decade decrease deliver deny dependent describe designate desire desperate desperately discourage diverse diversity double doubt dozen dream dumb ease effectively efficient efficiently eg elect else embrace enable enforce enforced entertain enhance equip everytime excuse expansion expect
    fast faster fear feasible flat foremost forth fresh front frustrate frustrating fun     generation genuine guarantee guy handful hello hence  honest honestly hour hours ie  ill implementation incentive incredibly initiative inspire intention invite item joke kinda  
    lazy   loud lovely manner massive mine minor misuse model nd necessity nonexistent notion offset ongoing opinionated opposite outdated overly pace pain painful partial partly patient perfect perspective pleasant pleased plain pride primary proactive protect protection quit rare reality reasonably reform regulate regulation
    remind replacement requirement   resolve restriction rid rich rise root ruin rush scary section separate severe severely shame shut  significant simplify sole somewhat specialize st stable standing static status steady strange strive suck sucks suggestion supply surely surprise sustain sustainable temporary
    th thankful thrive throw thrown tiny trend typical typically unacceptable uncomfortable undo unlikely upgrade upset variety versus view visible visit waist weird wide widely widen worthwhile yall yearly zone
    """.split()
)
# Characters and short words that join, point, deny, count or judge.
CHINESE_EDGES = frozenset("的了是在我也就都而及與与和或不有沒没這这那個个之以於于被把讓让給给對对從从到為为因所但且若如可能會会要想很更最太還还又再才只並并其他她它們们你您吧嗎吗呢啊喔哦啦什麼么哪誰谁怎樣样些某每各此該该應应當当由向比得著着過过去來来說说看做用使上下中內内外前後后多少大小好壞坏一二三四五六七八九十幾几年月日時时點点種种次位件自己已經经將将則则即便與")
CHINESE_WORDS = frozenset(
    """
    覺得 觉得 認為 认为 我覺 我觉 應該 应该 可以 因為 因为 所以 但是 而且 如果 沒有 没有 不是 就是 還是 还是 或者 這樣 这样 那樣 那样 什麼 什么 為什麼 为什么 怎麼 怎么 這個 这个 那個 那个
    他們 他们 我們 我们 你們 你们 大家 自己 現在 现在 目前 今天 問題 问题 東西 东西 事情 時候 时候 部分 方面 情況 情况 方式 方法 一般 一樣 一样 一些 一個 一个 很多 許多 许多 更多 更好 比較 比较 非常 真的 其實 其实
    只是 只要 只有 不要 不能 不會 不会 不用 不應 不应 需要 必須 必须 能夠 能够 可能 希望 想要 喜歡 喜欢 支持 反對 反对 同意 贊成 赞成 提供 使用 利用 進行 进行 成為 成为 造成 產生 产生 出現 出现 存在 增加 減少 减少 提高 提升
    改善 解決 解决 選擇 选择 接受 符合 受到 透過 透过 通過 通过 根據 根据 關於 关于 對於 对于 以及 並且 并且 甚至 或是 而是 也是 都是 才是 不過 不过 然後 然后 之後 之后 以後 以后 之前 之間 之间 同時 同时 這種 这种 那種 那种 各種 各种
    相關 相关 相同 不同 重要 主要 其他 其它 所有 任何 每個 每个 完全 應當 应当 是否 有些 有人 別人 别人 看到 知道 發現 发现 例如 比如 不只 不但 不僅 不仅 雖然 虽然 即使 除了 為了 为了 來說 来说 而言 的話 的话 之類 之类 一種 一种 一直 已經 已经 還有 还有
    不一定 不需要 不應該 不应该 是不是 能不能 一定 明顯 明显 原因 理由 結果 结果 目的 作為 作为 屬於 属于 包含 包括 根本 簡單 简单 繼續 继续 開始 开始 變成 变成 個人 个人 人們 人们
    """.split()
)
