#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "drivers/text/terms.hpp"

namespace alcove::text {
namespace {

/// Function words and question words, written by hand from everyday grammar; a space between words. Chinese, Japanese
/// and Korean have none here: their bigrams mix function and content.
constexpr auto kLists = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"ar",
     "في من على إلى عن مع هذا هذه ذلك تلك التي الذي ما ماذا متى أين كيف كم هل لم لن لا أن إن كان كانت قد "
     "هو هي هم كل بعض بين عند حتى أو ثم و أي منذ خلال"},
    {"cs",
     "a aby ale ani ano asi až bez bude by byl byla bylo být co či do ho i ja jak jako je jeho jej jeho "
     "jsem jsou k kde kdo když která které který na ne nebo o od po pro proč s se si tak také to v ve za "
     "ze že"},
    {"da",
     "af alle at blev da de den der det dig din efter eller en er et for fra ham han har hun hvad hvem "
     "hvor hvornår hvordan i ikke jeg kan med men mig min ned og om på sig sin skal som til ud var vi vil"},
    {"de",
     "aber alle als am an auch auf aus bei bin bis bist da damit das dass dein dem den denn der des die "
     "dies diese dieser dieses doch du durch ein eine einem einen einer eines er es für gibt hat hatte ich "
     "ihr ihre im in ist ja kann kein keine können man mehr mein mit nach nicht noch nur ob oder sein "
     "seine sich sie sind so über um und uns unter vom von vor wann war waren warum was welche welchem "
     "welchen welcher welches wenn wer werden wie wieviel wird wo wurde wurden zu zum zur"},
    {"el",
     "ο η το οι τα του της των τον την και κι κ να δεν με σε για από που πως πού πώς τι ποιος ποια ποιο "
     "ποιοι πότε πόσο πόσα πόσοι είναι ήταν θα στο στη στην στον στα στις στους ένα μια ένας αυτό αυτή "
     "αυτός αν ως ή μετά κατά"},
    {"en",
     "a about after all also am an and any are as at be because been being between both but by can could "
     "did do does doing during each for from had has have having he her here hers him his how i if in into "
     "is it its just many may me might more most much my no nor not of on only or other our ours out over "
     "own same she should so some such than that the their theirs them then there these they this those "
     "through to too under until up very was we were what when where which while who whom whose why will "
     "with would you your"},
    {"es",
     "a al algo ante antes aquel como con contra cual cuál cuáles cuando cuándo cuánto cuántos cuánta "
     "cuántas de del desde donde dónde durante e el ella ellos en entre era eran es esa ese eso esta está "
     "están este esto fue fueron ha había han hasta hay la las le les lo los más me mi mucho muy nada ni "
     "no nos o otra otro para pero por porque qué que quién quiénes quien se según ser si sin sobre son su "
     "sus también tan te tiene tu un una uno unos y ya yo"},
    {"fi",
     "ei en et että he hän ja joka jos kanssa kuin kuka kun me mikä missä mitä milloin miksi miten mutta "
     "myös ne niin nyt oli olla on ovat se sekä siitä tai tämä vain voi"},
    {"fr",
     "a ai au aux avec c ce ces cet cette comment combien d dans de des du elle elles en entre est et été "
     "être eu il ils j je l la le les leur leurs lui m ma mais me même mes mon n ne nos notre nous on ont "
     "ou où par pas plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se ses si "
     "son sont sur t ta te tes ton tu un une vos votre vous y à"},
    {"hi",
     "का के की को में से है हैं था थे थी और या यह वह ये वे पर ने कि जो तो भी ही एक इस उस इन उन किस क्या कब "
     "कहाँ कौन कैसे कितने कितना कितनी क्यों लिए साथ द्वारा नहीं कर करने किया गया गई होता होती होते हो रहा "
     "रही रहे अपने तक बाद"},
    {"hu",
     "a az és hogy nem is egy de ha meg mi ki mikor hol miért hogyan volt van vannak mint csak már még "
     "vagy ez azt ezt el lesz"},
    {"id",
     "ada adalah akan apa atau bagaimana bahwa dalam dan dari dengan di dia ini itu juga kapan karena ke "
     "kepada mana mengapa oleh pada saya sebagai siapa tidak untuk yang"},
    {"it",
     "a ad agli ai al alla alle anche c che chi ci come con cosa cui d da dagli dai dal dalla dalle dei "
     "del della delle di dove e è ed era erano fu furono gli ha hanno i il in io l la le lo ma mi nei nel "
     "nella nelle non o per perché più qual quale quali quando quanti quanto questa questo se si sono su "
     "sua sul sulla suo tra un una uno"},
    {"nl",
     "aan al als bij dan dat de die dit door een en er had heb heeft het hij hoe hun ik in is je kan maar "
     "me met mijn naar niet nog nu of om onder ook op over te tot uit van veel voor waar waarom wanneer "
     "was wat we wel welke wie wij worden wordt ze zij zijn zo"},
    {"no",
     "av at de den der det du en er et for fra ha han har hun hva hvem hvor hvordan når hvorfor i ikke jeg "
     "kan med men mot og om på seg sin som til ut var vi vil å"},
    {"pl",
     "a aby ale bo być był była było były ci co czy dla do gdy gdzie go i ich ile im ja jak jako je jego "
     "jej jest jeszcze już kiedy kto która które który którzy ma mi może na nad nie niż o od on ona oni "
     "oraz po pod przez przy się są ta tak też to tu tym tylko w we więc wszystko z za ze że"},
    {"pt",
     "a ao aos as até com como da das de dela dele do dos e é ela ele em entre era eram essa esse esta "
     "este eu foi foram há isso isto já lhe mais mas me meu muito na não nas nem no nos o onde os ou para "
     "pela pelo por porque qual quais quando quanto quantos que quem se sem ser seu são só sua também te "
     "tem um uma você à"},
    {"ro",
     "a acest această ai al ale am ar are as au ca care când cât câți câte ce cei cel cine cu cum da de "
     "din este el ea ei era erau fi fost în între într la le lui mai mult nu o pe pentru prin sa să sau se "
     "și sunt unde un una unei unui"},
    {"ru",
     "а без более бы был была были было быть в вам вас во вот все всё вы где да для до его ее её если есть "
     "ещё же за и из или им их к как какая какие какое какой каком ко когда кого который которая которое "
     "которые кто ли мы на над не него нет но о об он она они оно от по под почему при с сколько со так "
     "также там то того только тот у уже чем что чтобы эта эти это этот я"},
    {"sv",
     "alla att av blev de dem den det dig du där efter eller en er ett för från ha han har hon hur i inte "
     "jag kan man med men mig min när och om på sig sin ska som till ut vad var varför vem vi vilka vilken "
     "vilket är"},
    {"th",
     "ที่ ใน และ ของ เป็น การ มี ได้ ให้ จะ ไม่ ว่า กับ จาก นี้ นั้น อะไร ใคร เมื่อ ไหร่ เมื่อไหร่ อย่างไร "
     "เท่าไหร่ เท่าใด ใด กี่ คือ โดย ไป มา แต่ หรือ ก็ ถูก ความ ซึ่ง อยู่ ไหน ทำไม เพื่อ ต่อ แล้ว"},
    {"tr",
     "ve veya ya da de ile için bir bu şu o ne nedir nerede nasıl niçin neden kim kimdir hangi kaç zaman "
     "mi mı mu mü olan olarak oldu olduğu ise gibi daha çok en ama her hangisi tarafından kadar sonra var"},
    {"uk",
     "а або але б бути був була були було в вже він вона вони воно все від до для з за і із й його її їх "
     "коли кого котрий на не ні про по при під та так також те то у хто що щоб як яка яке який які де чи "
     "чому скільки це цей ця є"},
    {"vi",
     "và là của có trong cho các được những một với này đó không người từ đã sẽ khi nào gì ai ở đâu bao "
     "nhiêu như thế vào để bởi theo tại hay hoặc về ra cũng nhưng vì mà"},
});

using WordSet = std::set<std::string, std::less<>>;

/// The lists, folded as terms are. Made once, never changed.
const std::map<std::string_view, WordSet>& folded_lists() {
  static const std::map<std::string_view, WordSet> kFolded = [] {
    std::map<std::string_view, WordSet> folded;
    for (const auto& [language, words] : kLists) {
      WordSet& set = folded[language];
      for (std::size_t begin = 0; begin < words.size();) {
        const std::size_t end = std::min(words.find(' ', begin), words.size());
        set.insert(fold_word(words.substr(begin, end - begin)));
        begin = end + 1;
      }
    }
    return folded;
  }();
  return kFolded;
}

}  // namespace

bool is_stop_word(std::string_view surface, std::string_view language) {
  const auto found = folded_lists().find(language);
  return found != folded_lists().end() && found->second.contains(surface);
}

std::span<const std::string_view> stop_word_languages() {
  static constexpr auto kLanguages = [] {
    std::array<std::string_view, kLists.size()> languages;
    std::ranges::transform(kLists, languages.begin(), [](const auto& entry) { return entry.first; });
    return languages;
  }();
  return kLanguages;
}

}  // namespace alcove::text
