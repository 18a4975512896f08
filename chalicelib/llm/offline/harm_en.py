"""English signs of harm."""

import re

_IGNORING_CASE = re.IGNORECASE
_NEAR = (
    r"(?:he|she|they|(?:my|our) (?:ex[- ]?)?(?:husband|wife|partner|boyfriend|girlfriend|spouse|father|mother|dad|"
    r"mum|mom|stepfather|stepdad|stepmother|"
    r"brother|sister|son|daughter|uncle|aunt|cousin|grandfather|parents|in-laws|family|boss|manager|coach|teacher|"
    r"carer|roommate|flatmate|landlord|ex))"
)
_HITS = (
    r"(?:hits?|beats?|rapes?d?|abuses?d?|slaps?|slapped|chokes?d?|kicks?|kicked|punche[sd]|strangle[sd]|"
    r"molest(?:s|ed)|"
    r"hitting|beating|raping|abusing|slapping|choking|kicking|punching|strangling|molesting|hurts?|hurting|"
    r"threatens|threatened|assaulted|assaults|stalks?|stalking|stalked)"
)
_BURDENS = (
    r"(?:work\w*|tasks?|deadlines?|bills?|fees?|fines?|questions?|news|requests?|e?mails?|costs?|rent|invoices?|"
    r"overtime|shifts?|projects?|"
    r"paperwork|meetings?|calls?|messages?|ideas?|facts?|numbers|price|prices|surcharges?|demands?|charges?|"
    r"tax(?:es)?)"
)

# What sounds like harm and is none; taken out of a sentence before it is read.
_HARMLESS = re.compile(
    rf"\b{_NEAR}(?: \w+){{0,2}} (?:hits?|hitting|beats?|beating|kicks?|threatens|threatened|slaps?|slapped) (?:me|"
    rf"us) (?:with (?:\S+ ){{0,5}}{_BURDENS}\b|up(?! and)(?= (?:for|on|about|when|if|to))|"
    r"(?:to it|to the|at (?:\w+ ){0,2}(?:chess|tennis|cards|golf|football|games?|ping pong|darts|it)|in (?:the|a|"
    r"every) (?:\w+ )?(?:race|match|game|vote|election|final)|by (?:a|one|two|three|\d)|hands down))|"
    r"\b(?:kill(?:ed|ing)? myself (?:laughing|with laughter|working|trying)|killing myself to|"
    r"shoot(?:ing)? myself in the foot|"
    r"(?:don't|do not|didn't|did not|never|not|nobody|no one|hardly|wouldn't|wouldn't) (?:\w+ ){0,2}(?:want|wants|"
    r"wanted|going|wanna|wish|mean|meant|trying) (?:\w+ )?to (?:die|kill myself|hurt myself|harm myself|"
    r"cut myself|end my life)|"
    r"(?:nearly|almost|could have|might have|will|would|may|might) (?:have )?(?:got(?:ten)? )?(?:myself killed|"
    r"(?:kill(?:ed)?|hurt|injured?|cut) myself)(?= (?:on|crossing|cycling|riding|walking|getting|"
    r"tripping|slipping|falling|when i (?:fell|slipped|tripped|crossed|cycled))\b)|"
    r"(?:would|'d) rather (?:die|be dead) than (?!live|go on|continue|be\b|keep|stay|wake|face|feel|exist)\w+|"
    r"dying to|to die for|"
    r"(?:don't|do not|didn't|did not) want to (?:be (?:alive|here)|live|exist)(?= (?:here|there|next|near|close|"
    r"far|by|in|on|at|with(?!out)|without (?:a|the|my|trees|parks?)|anywhere|under|behind|between|above|among|"
    r"together|that far|so far|off|from|where|for|as)\b(?! this world| pain))|"
    r"(?:tired|sick) of living(?= (?:in|on|near|next|with|without|by|under|here|at|among|between|off|from|behind|"
    r"above|out)\b))",
    _IGNORING_CASE,
)
# Not wanting to live, or wanting to die, with nothing but small words between, and nothing after that makes it a matter of
# place or cause ("live next to a motorway", "die of boredom").
_SMALL = (
    r"(?:to|be|being|of|about|keep|just|that|i|i'm|i'd|like|want|any|a|the|my|own|point|reason|right|worth|go|"
    r"going|on|could|would|should|"
    r"really|not|more|was|were|am|why|for|in|even|simply|so|been|have|had|if|it|it's|is|much|only|still|truly|"
    r"actually|think|know|"
    r"how|sense|able|deserve|bear|stand|wish|feel|feels|sleep|and|good|enough|life)"
)
_NOTHING_AFTER = (
    r"(?= *(?:$|[,…)]|(?: right| really)? (?:any ?more|any longer|longer|like this|and|but|or|if|because|at all|"
    r"again|tomorrow|"
    r"tonight|today|now|sometimes|honestly|forever|so (?:much|badly)|in (?:this world|pain)|this way|every (?:day|"
    r"night)|most days|"
    r"with (?:this|it|myself|the pain)|instead|either|alone|i|when|since|please)\b))"
)
_WISHES = re.compile(
    rf"\bi(?:'m|'d|'ve|'ll)?(?: (?!people|they)[\w']+){{0,4}} (?:don't|do not|dont|didn't|not|no|no longer|never|"
    rf"can't|cannot|couldn't|shouldn't|wouldn't|hate|hated|tired|sick|stop|"
    rf"stopped|without|hardly|why|fed up)(?: {_SMALL}){{0,10}} (?:live|living|alive|exist|existing){_NOTHING_AFTER}|"
    rf"\bi(?:'m|'d|'ve|'ll)?(?: (?!people|they|don't|not|never|didn't)[\w']+){{0,4}} (?:want\w*|wish\w*|feel like|"
    rf"feels? like|rather|hope|ready|plan\w*|should|better|prefer|like to|deserve|need|"
    rf"might|could|thinking|think|long|longing|beg\w*|pray\w*)(?: {_SMALL}){{0,10}} (?:die|dying|dead|death|"
    rf"suicide){_NOTHING_AFTER}|"
    rf"(?:sleep|bed|asleep)(?: \w+){{0,2}} (?:and|to) (?:not|never) wake up{_NOTHING_AFTER}",
    _IGNORING_CASE,
)
# Thinking of death or of not being, in whatever words.
_THOUGHTS = re.compile(
    r"\b(?:(?:think|thinking|thought|thoughts|dream\w*|fantasi\w+|obsess\w*|wonder\w*) (?:\w+ ){0,2}(?:of|"
    r"about) (?:\w+ ){0,2}"
    r"(?:my (?:own )?death|death(?! (?:of|rates?|penalty))|dying(?! \w+s\b)|suicide|being (?:dead|gone)|"
    r"not (?:being (?:here|alive|around)|existing|waking)|"
    r"ending (?:it|things|everything|my|myself)|(?:killing|hurting|harming|cutting|hanging) myself|(?:jumping|"
    r"stepping) (?:off|in front))|"
    r"(?:don't|do not|dont|not|no longer|never|can't|cannot|couldn't|why|tired of|stop|"
    r"hard to)(?: \w+){0,4} (?:go on|keep|keep on|continue|carry on|bother(?: to)?) (?:living|to live|being alive|"
    r"existing)|"
    r"(?:better(?: off)?|rather|prefer|like|want|wish)(?: \w+){0,3} (?:not existing|not to exist|not be alive|"
    r"no longer (?:exist|live|be (?:here|alive))|stop (?:existing|living|breathing))|"
    r"wish (?:that )?(?:it|everything|life|my life|all of it|all this)(?: \w+){0,2} (?:was|were|would be|is|"
    r"to be)(?: \w+)? (?:over|finished|done with)|"
    r"(?:lost|lose|losing|have no|no|without|not have)(?: \w+)? (?:will|wish|desire|strength|energy|reason|"
    r"courage) (?:left )?(?:to (?:live|go on|carry on|keep going)|for (?:life|living))|"
    r"(?:lost|losing|given up|without|have no|no)(?: \w+)? hope (?:in|for|of) (?:life|living|myself|me|my (?:life|"
    r"future))|"
    r"my (?:whole )?life (?:is|feels|seems|has become)(?: \w+)? (?:over|ruined|hell|worthless|meaningless|"
    r"pointless|hopeless|unbearable|nothing|a nightmare|not worth)|"
    r"i(?:'m| am| will|'ll|'m just| won't| will not| might not)(?: not)?(?: going to|"
    r" gonna)? (?:not )?be (?:around|here|alive|with you|in this world) (?:much longer|any ?more|for much longer|"
    r"for long)|"
    r"(?:want|wish|like|hope|rather|ready)(?: \w+){0,2} (?:be |to be )?gone (?:for good|forever|"
    r"from this (?:world|life|earth))|leave (?:this|the) (?:world|earth|life)|"
    r"(?:goodbye|farewell|suicide) (?:letters?|notes?)|(?:said|saying|say) goodbye to (?:everyone|everybody|life|"
    r"the world|my life|this world)|"
    r"i(?:'m| am| feel| just feel| feel so| always feel)(?: so| completely| totally| utterly| very|"
    r" just)* (?:worthless|hopeless|suicidal|a burden|beyond help|like a burden|empty inside|dead inside|"
    r"trapped in my life)|"
    r"(?:nobody|no one|no-one) (?:\w+ )?(?:needs|loves|wants|cares about|cares for) me|"
    r"i don't matter(?: to any(?:one|body))?(?= *(?:$|,))|"
    r"i(?:'d|'ll| will| could| should| might| may|'m gonna|'m about to) (?:just )?end it(?= *(?:$|[,…)]|"
    r" (?:tonight|today|all|now and|for good|forever)\b))|"
    r"(?:cut|burn|scratch|bruis|bit|hit|hurt)(?:e|t|ed|ing|ting)? my (?:own )?\w+ (?:on purpose|deliberately|"
    r"intentionally|to (?:feel|punish|calm|cope))|"
    r"(?:wish|want|hope|beg)(?: \w+){0,3} (?:would |could |will |to )?kill me|(?:would|will|might|"
    r"'d) be (?:\w+ )?(?:easier|better|nicer|best|simpler) (?:just )?(?:to be|being|if i were|if i was) (?:dead|"
    r"gone for good|no longer)|"
    r"(?:pray\w*|hop\w+|wish\w*)(?: \w+){0,2} i (?:don't|do not|won't|will not|never|didn't) (?:ever )?wake up|"
    r"go to sleep forever|(?:almost|nearly) (?:jumped|threw myself|stepped|walked) (?:off|in front of|under|from)"
    r"(?! (?:the|my) (?:bike|swing|bus|sofa|chair))|"
    r"(?:push|shov|throw|threw|drag)(?:e[ds]|s|ed|ing)? me (?:down (?:the|a) stairs|against the wall|on the floor)|"
    r"(?:at the end of my (?:rope|tether|strength)|i (?:just |really )?can't any ?more)(?= *(?:$|,))|"
    r"(?:bought|have|got|saved|collected|stockpiled) (?:\w+ ){0,3}(?:pills|rope|gun) to (?:end|kill|die|do it)|"
    r"have a plan to (?:end|kill|die))\b",
    _IGNORING_CASE,
)
_SELF = re.compile(
    r"\b(?:kill(?:ed|ing)? myself|kms|(?:take|taking|took|end|ending|ended) my (?:own )?life|(?:end|ending|"
    r"ended) it all|"
    r"(?:feel like|thinking (?:of|about)|think (?:of|about)|thought (?:of|about)|keep thinking (?:of|about)|"
    r"want to|wanna|going to|ready to|plan to|planning to|i'll|i will|might|tempted to|time to) (?:just )?(?:end|"
    r"ending) it(?= *(?:$|[,…)]| (?:and|all|tonight|today|some days|every|sometimes|because|once|for good|forever|"
    r"with)\b))|"
    r"(?:hang|drown|shoot|poison|starve|burn|stab|starving|hanging|drowning|shooting) myself|"
    r"(?:slit|slitting|cut|cutting) my (?:own )?(?:wrists?|arms?|legs?|thighs?|veins?)|"
    r"i(?:'ve| have)? (?:\w+ )?overdosed|overdos(?:e|ed|ing) (?:on|"
    r"myself)|(?:want to|going to|will|could|tried to|think about|thought about) overdose|"
    r"(?:take|took|taking|swallow(?:ed|ing)?) all (?:of )?(?:my|the) pills|"
    r"(?:i|i'd|want to|going to|to|just|should|could|might|will|of|about) (?:just )?(?:jump(?:ing)?|"
    r"throw(?:ing)? myself|step(?:ping)?|walk(?:ing)?) (?:off|from|in front of|under|out in front of|into) (?:the|"
    r"a|an|that|my)? ?(?:bridge|roof|building|train|tracks?|bus|cliff|window|balcony|truck|car|lorry|"
    r"river)(?= *(?:$|[,…)]| (?:and|tonight|today|because|to end|some|sometimes|so|myself)\b))|"
    r"throw(?:ing)? myself (?:off|in front of|under|from)|"
    r"(?:want(?:ed|s|ing)?|wanna|wish(?:ed)? i could|hope(?: i| to)?|ready|like|rather|waiting|deserve|prefer|"
    r"need|better) ?(?:just |simply |really |to )*(?:to )?die\b(?! (?:for|in peace|at home|of|there|out|here)\b)|"
    r"i(?:'m| am) (?:just |probably )?going to die(?= *(?:$|[,…)]| (?:tonight|today|soon|anyway|by my)\b))|"
    r"(?:better|easier|happier|best|relieved|glad)(?: \w+){0,4} (?:if|when|once) i(?:'m| was| were|"
    r" am)?(?: just)? (?:dead|gone|not here|never born|died|disappeared|wasn't here|weren't here|killed myself)|"
    r"i (?:should|could|might as well|may as well|ought to) (?:just )?(?:die|be dead)|(?:rather|better(?: off)?|"
    r"wish i (?:was|were)|wanna be|want to be|should be|i'd be better) (?:be )?dead|"
    r"(?:i am|i'm|i feel|i felt|feeling|felt|been|being|get|become|am) (?:\w+ )?suicidal|suicidal (?:thoughts?|"
    r"feelings?|again|lately)|(?:of|about|attempt(?:ed)?|consider(?:ed|ing)?|contemplat(?:e|ed|ing)|"
    r"commit(?:ting)?|planning|plan) suicide(?<!prevent suicide)(?<!on suicide)|"
    r"(?:wish|wished) (?:that )?i(?:'d| had| was| were|'d have| would(?:n't| not)?| could| didn't|"
    r" did not)? ?(?:just )?(?:never been born|never (?:existed|lived)|not (?:wake|woken|be here|exist)|"
    r"wake up(?: again| tomorrow)?|wasn't (?:here|alive|born)|not (?:alive|here)|gone|dead|"
    r"disappear(?! from (?:the|that))|vanish|sleep forever|exist|alive any ?more|n't wake up)|"
    r"wish i (?:weren't|wasn't|was not|were not) (?:here|alive|born)|"
    r"(?:don't|do not|dont|didn't|no longer|not|never) (?:\w+ )?(?:want to|wanna|wish to|care to|"
    r"like to) (?:\w+ )?(?:live|be alive|be here|exist|wake up|be in this world|be on this (?:earth|"
    r"planet))(?= *(?:$|[,…)]| (?:any ?more|any longer|like this|and|but|at all|if|because|tomorrow|this life|"
    r"in this world|in pain|alone|through (?:this|it)|to see another|without (?:him|her|them|you)|sometimes|"
    r"really|honestly|"
    r"with (?:this|these|it|myself)|"
    r"longer|again|i|or)\b))|"
    r"(?:no|any|a|the|without|see) (?:reason|point|sense|will|wish|purpose) (?:left )?(?:to|in|of|"
    r"for me to) (?:live|living|be alive|being alive|go on|going on|carry on|carrying on|continue living|"
    r"keep living|being here|exist|existing|my life)|(?:what's|what is) the point (?:of|in) (?:living|being alive|"
    r"my life|going on|life|it all|existing|anything any ?more)|"
    r"don't think i can (?:go on|keep going|do this any ?more|make it)(?= *(?:$|[,…)]| (?:like|any|living|with|"
    r"and|because|much)\b))|ending things|"
    r"death (?:would|will|might) be|(?:living|being alive|existing) (?:hurts|is (?:too |so |just )?(?:painful|"
    r"hard|much|pointless|unbearable))|life has (?:no|lost (?:its|all)) (?:\w+ )?(?:meaning|sense|purpose|point)|"
    r"wish i(?:'d| would)? die|"
    r"nothing (?:left |worth )?(?:to live|living) for|life (?:is|has become|feels|seems) (?:\w+ )?(?:pointless|meaningless|"
    r"unbearable|worthless|hopeless|not worth|no longer worth|too painful)|life (?:isn't|is not|is no longer|"
    r"not) worth|not worth living|"
    r"(?:i|just|really) (?:simply |just |really |honestly )?(?:can't|cannot|can not|"
    r"couldn't) (?:\w+ )?(?:go on(?: like this| any ?more| living)?(?= *(?:$|[,…)]| (?:like|any|living|with|and|"
    r"because)\b))|take (?:it|this|life|living)(?: all)? (?:any ?more|any longer)|do (?:it|this|life) any ?more|"
    r"bear (?:it|this|life|to live)|cope (?:any ?more|any longer|with life|with it all)|live (?:like this|"
    r"any ?more|with (?:it|this|myself)|any longer)|keep living)|"
    r"(?:given|giving|gave|give) up on (?:life|living|myself|everything)|(?:tired|sick|done|fed up|"
    r"finished) (?:of|with) (?:life|living|being alive|everything in life|existing|this life|my life)|"
    r"(?:hate|despise|loathe|disgusted by) (?:my (?:whole |own )?life|myself(?! for))|(?:everyone|everybody|they|"
    r"the world|my \w+|people|you|kids|all of them|family|we|all)(?: all)?(?:'d| would| will|"
    r"'ll) be (?:\w+ )?better(?: off)? (?:without me|if i|when i'm gone)|better off (?:dead|without me|"
    r"if i (?:was|were|'m)|gone)|"
    r"(?:nobody|no one|no-one|who|noone|anyone|anybody)(?: \w+){0,2} (?:miss(?:es)?|notice|care|mind|cry|"
    r"mourn)(?: \w+){0,2} (?:if|when|once|were i) (?:i )?(?:\w+ )?(?:was|were|am|'m|died|die|disappeared|"
    r"disappear|vanished|killed|gone|left this|wasn't|weren't|stopped|not)|(?:nobody|no one|no-one|"
    r"noone) (?:would|will|'d|'ll|is going to) (?:even |ever )?miss me|"
    r"(?:just |really |only )?(?:want|wish|wanted|need) (?:to (?:disappear(?: forever| from this)?|vanish|"
    r"not exist|cease to exist|sleep (?:forever|and never)|fall asleep (?:forever|and)|never wake|be gone|"
    r"be no more)|(?:it all|everything|the pain|my pain|this pain|this life|my life|the suffering|"
    r"all of it) (?:to (?:stop|end|be over)|over))|"
    r"never wake up(?: again)?(?= *(?:$|[,…)]| (?:any|and|tomorrow)\b))|not wake up (?:tomorrow|again|one day|"
    r"any ?more)|(?:i am|i'm|i feel like|am just|being) (?:only |just |nothing but )?a burden (?:to|"
    r"on) (?:everyone|everybody|my|them|all|others)|"
    r"i (?:can't|cannot|don't|do not)? ?(?:even |really )?(?:see|find) (?:a |no |any )?(?:way out|"
    r"future for (?:me|myself)|light any ?more|hope (?:for me|in life|any ?more))(?: of (?:this|"
    r"it all))?(?: any ?more| for me)?(?=\s*(?:[,…)]|$))|there(?:'s| is) no (?:way out|hope) (?:for me|"
    r"left for me|any ?more)|no way out for me|"
    r"(?:he|she|they|friend|brother|sister|son|daughter|husband|wife|mother|father|partner|mum|mom|dad|child|boy|"
    r"girl) (?:\w+ )?(?:says? (?:that )?(?:he|she|they) |keeps saying (?:he|she|they) |told me (?:he|she|they) |"
    r"talks? (?:about|of) |is thinking (?:about|of) |tried to |threatens to |is |wants to |"
    r"want to )(?:\w+ )?(?:(?:wants? to |to |)(?:die|kill(?:ing)? (?:him|her|them)sel(?:f|ves))|suicid\w+|tak(?:e|"
    r"ing) (?:his|her|their) own life))\b",
    _IGNORING_CASE,
)
_HURT_SELF = re.compile(
    r"\b(?:hurt|harm|cut|injur|burn|scratch|punish|starv|bit|hit)(?:e|t)?(?:ing|ed|ting|s)? (?:and \w+ )?myself\b|"
    r"\bself[- ]?harm(?:ed|ing|s)?\b(?! (?:prevention|support|clinic|services?|groups?|courses?|helplines?))",
    _IGNORING_CASE,
)
_MEANT = re.compile(
    r"\b(?:on purpose|deliberately|intentionally|want(?:ed|s)?|wanna|going to|thinking|think|thoughts?|thought|"
    r"feel(?:ing|s)? (?!the)|felt|urges?|keep|kept|again|started|start|every (?:day|night|time i)|sometimes|often|"
    r"used to|relief|deserve|hate|sad|lonely|depress\w*|numb|anxious|razor\w*|blades?|wrists?|arms?|thighs?|"
    r"been (?:hurting|cutting|harming)|to cope|at night in my|plan\w*|afraid i(?:'ll| will| might)|scared i(?:'ll|"
    r" will| might)|can't stop)\b",
    _IGNORING_CASE,
)
_ACCIDENT = re.compile(
    r"\b(?:fell|fall(?:ing|en)?|slip\w*|tripp?\w*|stumbl\w*|crash\w*|accident\w*|bump\w*|twist\w*|sprain\w*|"
    r"collid\w*|skid\w*|swerv\w*|(?:cycl|cook|shav|garden|slic|chopp|climb|jogg|hik|skat|rid|lift|carry|mow|paint|"
    r"repair|play|runn|work|walk|cross|clean|open|mov|mak|train|exercis|step|gett|reach|peel)ing|"
    r"(?:on|at|against|with|from|by) (?:the|a|an|that|this|these|those|some|one|its|their|our|broken|rusty|sharp|"
    r"hot)\b|knife|glass|nail|fence|railing|bench|stairs?|steps|bike|bicycle|scooter|path|pavement|kerb|curb|"
    r"pothole|ice|icy|gym|paper|thorns?|tools?|coffee|stove|oven|pan|"
    r"broke|collapsed|gave way|snapped|broken|rusty|loose|uneven|sports?|football|because of (?:the|a|that)|"
    r"badly lit)\b",
    _IGNORING_CASE,
)
_VIOLENCE = re.compile(
    rf"\b(?:{_NEAR}(?:'s| is| was| has| had| are| were| will| would|'ll|'d)?(?: (?!not\b|never\b|"
    rf"n't)\w+){{0,2}} {_HITS} (?:me|us|my (?:child|children|kids?|son|daughter|baby))|"
    rf"{_NEAR}(?: \w+){{0,3}} threat(?:ens|ened|ening) (?:to (?:kill|hurt|harm|beat|hit)|me)|"
    r"(?:i am|i'm|i was|i've been|i have been|i am being|i'm being|i get|i got|being|was being|we are|we were|"
    r"she is being|he is being) (?:\w+ )?(?:raped|abused|stalked|molested|sexually (?:assaulted|abused|harassed)|"
    r"trafficked|held against my will|locked in|tortured)|"
    rf"(?:i am being|i'm being|i've been|i have been|i get|i keep being|i am|i'm|being) (?:\w+ )?(?:beaten|hit|"
    rf"battered|choked)(?! (?:by (?:the other|another) team|at (?!home|night|work)|to|in the (?:race|election|game|"
    rf"final)|hard by|with|by (?:the )?(?:rain|wind|costs|prices|rent|noise|tax))\b)|"
    rf"i was beaten(?: up)?(?: again)?(?: (?:by (?:my|him|her|them|the person)\b.*|at home.*|last night.*|"
    rf"yesterday.*|today.*|every.*|as a child.*))?(?= *$|[,…])|"
    r"(?:raped|abused|molested|sexually assaulted) me|(?:my \w+|he|uncle|stepdad) (?:touches me|"
    r"touched me (?:at night|there|in bed|down)|locks me|won't let me (?:leave|out|go)|will not let me (?:leave|"
    r"out|go)|does things to me)|my \w+ (?:is|gets|was|becomes|has been) (?:\w+ )?(?:violent|abusive)|(?:he|"
    r"she)(?:'ll| will|'s going to| is going to| might| would) (?:hurt|hit|beat|kill|harm) (?:me|us)|(?:scared|"
    r"afraid) (?:to go home because|(?:that )?(?:he|she|my \w+)(?:'ll| will| might| is going to) (?:hurt|hit|beat|"
    r"kill))|forc(?:ed|es|ing) (?:me to (?:have sex|sleep with)|(?:him|"
    r"her)self on me)|touch(?:ed|es) me (?:sexually|against my will|where)|(?:scared|afraid|terrified|"
    r"frightened) of (?:my (?:husband|wife|partner|boyfriend|girlfriend|father|dad|mother|mum|mom|stepfather|ex|"
    r"son|brother|family)|what he(?:'ll| will| might)|him hurting)|(?:domestic|sexual) (?:violence|"
    r"abuse) (?:at home|in my (?:home|house|family|marriage|relationship))|"
    r"(?:not|don't feel|never|do not feel|isn't) safe (?:at|in my own) home|(?:want|going|threat\w*|trying|"
    r"tried) to kill me|he'll kill me|he will kill me)\b",
    _IGNORING_CASE,
)
_TRAFFIC = re.compile(
    r"\b(?:cars?|bikes?|bicycles?|trucks?|vans?|lorr(?:y|ies)|scooters?|mirror|bumper|door|trolley|from behind|"
    r"crossing|traffic|cyclists?|drivers?|parking|wheel|ball|cart|snowball|elbow|in play|playfully|for fun|"
    r"as a joke|by mistake|by accident|accidentally)\b",
    _IGNORING_CASE,
)
_CERTAIN = re.compile(r"\bmy \w+ (?:hits|beats)|rape|abus", _IGNORING_CASE)
# Violence or a death in the past, or by somebody who is not near.
_HURT = re.compile(
    r"\b(?:(?:i|we)(?:'ve| have| had)?(?: once| also| even| twice| already| nearly| almost)? (?:was|were|been|got|"
    r"gotten|have been|had been)(?: \w+)? (?:beaten|attacked|assaulted|mugged|robbed|stabbed|punched|harassed|"
    r"threatened|groped|followed home|knocked (?:down|over)|run over|spat (?:at|on)|hit by|bullied|"
    r"shot)(?! (?:by (?:the other|another) team|at (?:chess|tennis)|to it|in the (?:race|election|game|final)))|"
    r"(?:somebody|someone|a (?:man|stranger|group|gang|boy|woman|guy)|strangers|two men|some (?:men|boys|people|"
    r"guys)|they|youths|a drunk(?: man)?) (?:\w+ )?(?:beat|attacked|assaulted|mugged|robbed|stabbed|punched|"
    r"harassed|groped|spat at|spat on|followed) (?:me|us)|"
    r"(?:my|our) (?:\w+ )?(?:father|mother|dad|mum|mom|brother|sister|son|daughter|husband|wife|child|friend|baby|"
    r"partner|uncle|aunt|grandmother|grandfather|grandma|grandpa|cousin|neighbou?r) (?:was killed|died|"
    r"passed away|committed suicide|killed (?:him|her)self|took (?:his|her) own life|was (?:beaten|attacked|"
    r"assaulted|stabbed|raped|murdered)))\b",
    _IGNORING_CASE,
)


def is_harm(sentence: str) -> bool:
    """Whether a sentence tells of self-harm or suicide, or of danger from a person near somebody."""
    meant = _HARMLESS.sub(" ; ", sentence)
    if any(pattern.search(meant) for pattern in (_SELF, _WISHES, _THOUGHTS)):
        return True
    if _VIOLENCE.search(meant) and (_CERTAIN.search(meant) or not _TRAFFIC.search(meant)):
        return True
    return bool(_HURT_SELF.search(meant)) and (bool(_MEANT.search(meant)) or not _ACCIDENT.search(meant))


def is_hurt(sentence: str) -> bool:
    """Whether a sentence tells of violence or a death that somebody went through."""
    return bool(_HURT.search(_HARMLESS.sub(" ; ", sentence)))
