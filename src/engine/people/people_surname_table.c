/* Surnames: those in common use of one character, those of two and more, and those that are not read as their characters
 * usually are. Written down by hand: the Hundred Surnames (百家姓) and the surnames that censuses of the twentieth century
 * count most often, with those of national minorities in Liaoning. Simplified characters. */
#include "engine/people/people_internal.h"

const char people_surnames_single[] =
    "区王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟"
    "汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严"
    "牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫"
    "查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来苟全褚廉简娄盖符奚"
    "木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠桑"
    "荆谌银扬明沙伏岑习胥保和蔺水云昌凤酆皮元平戈尚农别晁勾融訾阚那毋乜养须丰巢相后红权逯益桓赫皇淳轩令鲜闾亓仉督子颛"
    "端漆拓夹宰呼延归海羊微帅缑亢况郈有琴佘佴伯赏南墨哈谯笪年爱言福湛禹狄贝茅麻危骆支昝经裘缪干宣贲杭诸钮嵇滑荣荀惠"
    "芮羿储汲邴松富乌巴弓牧隗山宓蓬郗班仰秋伊暴钭厉戎祖束幸韶蓟印宿怀蒲邰从鄂索咸籍阴能苍双闻莘贡劳逄扶堵郦雍却璩濮寿"
    "通扈郏浦充慕茹宦鱼容慎庾终暨居衡步满弘国寇广禄阙东殳沃利蔚越夔隆师厍蒯肖闫付代洛兆凯展侬闭朴玄崖尉奉吾买热玉赛帕"
    "闪妥喇撒锁虎忽仝冮矫隽蔄战鄞宛初綦由生慈隰信锡英佀旺贠员雒尕拜祭扆种仵睢刑轧么幺牙占操招揣丑辟钦禤昊顿续郄卯逢油"
    "恽芈郅郇邝粟滚芶粘鹿斯斐斗折资尧自勒达刀岩俸思召母杞扎琼陀仁";

const char *const people_surnames_compound[] = {
    "欧阳", "太史", "端木", "上官",   "司马",     "东方",     "独孤",   "南宫",   "万俟",      "闻人", "夏侯", "诸葛", "尉迟",
    "公羊", "赫连", "澹台", "皇甫",   "宗政",     "濮阳",     "公冶",   "太叔",   "申屠",      "公孙", "慕容", "仲孙", "钟离",
    "长孙", "宇文", "司徒", "鲜于",   "司空",     "闾丘",     "亓官",   "司寇",   "仉督",      "颛孙", "巫马", "公西", "漆雕",
    "乐正", "壤驷", "公良", "拓跋",   "夹谷",     "宰父",     "谷梁",   "段干",   "百里",      "东郭", "南门", "呼延", "羊舌",
    "微生", "左丘", "东门", "西门",   "第五",     "令狐",     "淳于",   "单于",   "轩辕",      "完颜", "纳兰", "富察", "叶赫",
    "乌雅", "耶律", "哥舒", "阿史那", "爱新觉罗", "叶赫那拉", "瓜尔佳", "钮祜禄", "博尔济吉特"};
const size_t people_surnames_compound_count = sizeof people_surnames_compound / sizeof *people_surnames_compound;

const struct people_reading people_surname_readings[] = {
    {"单", "shan"},      {"仇", "qiu"},       {"解", "xie"},         {"曾", "zeng"}, {"查", "zha"},     {"区", "ou"},
    {"盖", "ge"},        {"朴", "piao"},      {"翟", "zhai"},        {"缪", "miao"}, {"牟", "mu"},      {"乐", "yue"},
    {"召", "shao"},      {"秘", "bi"},        {"薄", "bo"},          {"覃", "qin"},  {"贠", "yun"},     {"员", "yun"},
    {"种", "chong"},     {"折", "she"},       {"祭", "zhai"},        {"隗", "wei"},  {"繁", "po"},      {"洗", "xian"},
    {"句", "gou"},       {"黑", "he"},        {"能", "nai"},         {"么", "yao"},  {"乜", "nie"},     {"会", "gui"},
    {"适", "kuo"},       {"粘", "nian"},      {"晟", "cheng"},       {"都", "du"},   {"万俟", "mo qi"}, {"尉迟", "yu chi"},
    {"单于", "chan yu"}, {"澹台", "tan tai"}, {"乐正", "yue zheng"}, {"藏", "zang"}, {"卜", "bu"},      {"重", "chong"}};
const size_t people_surname_reading_count = sizeof people_surname_readings / sizeof *people_surname_readings;
