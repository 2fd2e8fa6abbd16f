/* Surnames: those in common use of one character, those of two and more, and those that are not read as their characters
 * usually are. Written down by hand: the Hundred Surnames (百家姓) and the surnames that censuses of the twentieth century
 * count most often, with those of national minorities in Liaoning. Simplified characters. */
#include "engine/people/people_internal.h"

const char32_t people_surnames_single[] =
    U"区王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟"
    U"汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严"
    U"牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫"
    U"查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来苟全褚廉简娄盖符奚"
    U"木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠桑"
    U"荆谌银扬明沙伏岑习胥保和蔺水云昌凤酆皮元平戈尚农别晁勾融訾阚那毋乜养须丰巢相后红权逯益桓赫皇淳轩令鲜闾亓仉督子颛"
    U"端漆拓夹宰呼延归海羊微帅缑亢况郈有琴佘佴伯赏南墨哈谯笪年爱言福湛禹狄贝茅麻危骆支昝经裘缪干宣贲杭诸钮嵇滑荣荀惠"
    U"芮羿储汲邴松富乌巴弓牧隗山宓蓬郗班仰秋伊暴钭厉戎祖束幸韶蓟印宿怀蒲邰从鄂索咸籍阴能苍双闻莘贡劳逄扶堵郦雍却璩濮寿"
    U"通扈郏浦充慕茹宦鱼容慎庾终暨居衡步满弘国寇广禄阙东殳沃利蔚越夔隆师厍蒯肖闫付代洛兆凯展侬闭朴玄崖尉奉吾买热玉赛帕"
    U"闪妥喇撒锁虎忽仝冮矫隽蔄战鄞宛初綦由生慈隰信锡英佀旺贠员雒尕拜祭扆种仵睢刑轧么幺牙占操招揣丑辟钦禤昊顿续郄卯逢油"
    U"恽芈郅郇邝粟滚芶粘鹿斯斐斗折资尧自勒达刀岩俸思召母杞扎琼陀仁";

const char32_t *const people_surnames_compound[] = {
    U"欧阳", U"太史", U"端木",   U"上官",     U"司马",     U"东方",   U"独孤",   U"南宫",       U"万俟", U"闻人", U"夏侯",
    U"诸葛", U"尉迟", U"公羊",   U"赫连",     U"澹台",     U"皇甫",   U"宗政",   U"濮阳",       U"公冶", U"太叔", U"申屠",
    U"公孙", U"慕容", U"仲孙",   U"钟离",     U"长孙",     U"宇文",   U"司徒",   U"鲜于",       U"司空", U"闾丘", U"亓官",
    U"司寇", U"仉督", U"颛孙",   U"巫马",     U"公西",     U"漆雕",   U"乐正",   U"壤驷",       U"公良", U"拓跋", U"夹谷",
    U"宰父", U"谷梁", U"段干",   U"百里",     U"东郭",     U"南门",   U"呼延",   U"羊舌",       U"微生", U"左丘", U"东门",
    U"西门", U"第五", U"令狐",   U"淳于",     U"单于",     U"轩辕",   U"完颜",   U"纳兰",       U"富察", U"叶赫", U"乌雅",
    U"耶律", U"哥舒", U"阿史那", U"爱新觉罗", U"叶赫那拉", U"瓜尔佳", U"钮祜禄", U"博尔济吉特", NULL};

const struct people_reading people_surname_readings[] = {
    {U"单", "shan"},     {U"仇", "qiu"},       {U"解", "xie"},       {U"曾", "zeng"},        {U"查", "zha"},
    {U"区", "ou"},       {U"盖", "ge"},        {U"朴", "piao"},      {U"翟", "zhai"},        {U"缪", "miao"},
    {U"牟", "mu"},       {U"乐", "yue"},       {U"召", "shao"},      {U"秘", "bi"},          {U"薄", "bo"},
    {U"覃", "qin"},      {U"贠", "yun"},       {U"员", "yun"},       {U"种", "chong"},       {U"折", "she"},
    {U"祭", "zhai"},     {U"隗", "wei"},       {U"繁", "po"},        {U"洗", "xian"},        {U"句", "gou"},
    {U"黑", "he"},       {U"能", "nai"},       {U"么", "yao"},       {U"乜", "nie"},         {U"会", "gui"},
    {U"适", "kuo"},      {U"粘", "nian"},      {U"晟", "cheng"},     {U"都", "du"},          {U"万俟", "mo qi"},
    {U"尉迟", "yu chi"}, {U"单于", "chan yu"}, {U"澹台", "tan tai"}, {U"乐正", "yue zheng"}, {U"藏", "zang"},
    {U"卜", "bu"},       {U"重", "chong"}};
const size_t people_surname_reading_count = sizeof people_surname_readings / sizeof *people_surname_readings;
