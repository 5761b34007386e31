/// Texts of many languages in the encodings that old files are in, encoded by the C library.

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <iconv.h>

#include "base/bytes.hpp"
#include "workers/decode/charset/detect.hpp"

namespace alcove::charset {
namespace {

/// `utf8` in `encoding`; empty when the C library does not know it or the text does not fit.
std::string encode(std::string_view utf8, const char* encoding) {
  const iconv_t converter = ::iconv_open(encoding, "UTF-8");
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    return {};
  }
  std::string in(utf8);
  std::string out(in.size() * 4 + 16, '\0');
  char* from = in.data();
  char* to = out.data();
  std::size_t from_left = in.size();
  std::size_t to_left = out.size();
  const bool fits = ::iconv(converter, &from, &from_left, &to, &to_left) != static_cast<std::size_t>(-1) &&
                    ::iconv(converter, nullptr, nullptr, &to, &to_left) != static_cast<std::size_t>(-1);
  ::iconv_close(converter);
  out.resize(fits ? out.size() - to_left : 0);
  return out;
}

struct Sample {
  const char* text;
  std::vector<const char*> encodings;
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> kSamples = {
      {"Sehr geehrte Frau Müller, wir bestätigen den Eingang Ihrer Kündigung. Die Überweisung erfolgt bis Ende März.",
       {"CP1252", "ISO-8859-1", "CP850", "CP437", "MACINTOSH"}},
      {"Voilà l'été déjà fini; les élèves retournent à l'école après de très longues vacances. Le garçon reçoit tout.",
       {"CP1252", "CP850", "CP437", "MACINTOSH"}},
      {"El niño compró una mañana el periódico en español y preguntó: ¿Dónde está la habitación número tres?",
       {"CP1252", "CP850", "CP437", "MACINTOSH"}},
      {"Prezado cliente, não recebemos ainda a informação sobre a locação. Atenção: às três e meia, avô e avó.",
       {"CP1252", "CP850", "MACINTOSH"}},
      {"Zażółć gęślą jaźń. Proszę o przesłanie faktury za usługę na adres firmy w Łodzi, ponieważ jeszcze jej nie ma.",
       {"CP1250", "ISO-8859-2", "CP852"}},
      {"Příliš žluťoučký kůň úpěl ďábelské ódy. Dobrý den, zasílám vám smlouvu o nájmu bytu, prosím o podepsání.",
       {"CP1250", "ISO-8859-2", "CP852"}},
      {"Árvíztűrő tükörfúrógép. Értesítjük, hogy a szerződés megszűnt, kérjük küldje vissza az űrlapot.",
       {"CP1250", "ISO-8859-2"}},
      {"Уважаемые господа! Направляем вам договор аренды квартиры на подписание. Просим вернуть один экземпляр.",
       {"CP1251", "CP866", "KOI8-R", "ISO-8859-5", "MAC-CYRILLIC"}},
      {"Шановні пані та панове! Надсилаємо вам угоду про оренду квартири. Просимо повернути її до кінця місяця.",
       {"CP1251", "KOI8-U"}},
      {"Αγαπητοί κύριοι, σας στέλνουμε το συμβόλαιο ενοικίασης. Παρακαλούμε να το επιστρέψετε υπογεγραμμένο.",
       {"CP1253", "ISO-8859-7"}},
      {"Sayın müşterimiz, sözleşmenin süresi ağustos ayında doluyor. Lütfen aşağıdaki adrese başvurunuz.", {"CP1254"}},
      {"שלום רב, מצורף חוזה השכירות של הדירה לחתימתכם. נא להחזיר עותק אחד עד סוף החודש. בכבוד רב", {"CP1255"}},
      {"السلام عليكم ورحمة الله، نرسل لكم عقد إيجار الشقة للتوقيع عليه. يرجى إعادة نسخة واحدة", {"CP1256"}},
      {"Gerbiamas kliente, siunčiame jums buto nuomos sutartį. Prašome grąžinti vieną pasirašytą egzempliorių.",
       {"CP1257"}},
      {"Cienījamais klient, nosūtām jums dzīvokļa īres līgumu. Lūdzam atgriezt vienu parakstītu eksemplāru.",
       {"CP1257"}},
      {"拝啓、マンションの賃貸契約書をお送りいたします。署名のうえ、月末までに一部ご返送ください。",
       {"CP932", "EUC-JP", "ISO-2022-JP", "UTF-16LE", "UTF-16BE"}},
      {"尊敬的客户，我们寄给您公寓的租赁合同。请您在月底之前签字并寄回一份。谢谢您的合作。",
       {"GBK", "GB18030", "UTF-16LE", "UTF-16BE"}},
      {"尊敬的客戶，我們寄給您公寓的租賃合約。請您在月底之前簽字並寄回一份。謝謝您的合作。",
       {"BIG5", "UTF-16LE", "UTF-16BE"}},
      {"안녕하십니까, 아파트 임대 계약서를 보내드립니다. 서명하신 후 월말까지 한 부를 돌려보내 주시기 바랍니다.",
       {"EUC-KR", "CP949", "UTF-16LE", "UTF-16BE"}},
  };
  return kSamples;
}

void expect_read(const std::string& text, const char* encoding) {
  const std::string bytes = encode(text, encoding);
  if (bytes.empty()) {
    return;
  }
  const auto found = detect_encoding(as_bytes(bytes));
  EXPECT_EQ(found ? decode(as_bytes(bytes), *found) : "(binary)", text)
      << encoding << " read as " << found.value_or("");
}

TEST(OldEncodings, ASentenceIsEnough) {
  std::size_t encoded = 0;
  for (const Sample& sample : samples()) {
    for (const char* const encoding : sample.encodings) {
      encoded += encode(sample.text, encoding).empty() ? 0 : 1;
      expect_read(sample.text, encoding);
    }
  }
  EXPECT_GT(encoded, 30U);  // Else the C library's tables are missing and nothing was tried.
}

TEST(OldEncodings, LongTextsAreReadToo) {
  for (const Sample& sample : samples()) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
      text += std::string(sample.text) + "\r\n";
    }
    for (const char* const encoding : sample.encodings) {
      expect_read(text, encoding);
    }
  }
}

TEST(OldEncodings, AFewWordsAreEnoughWhereLettersAreCommon) {
  expect_read("Grüße aus Köln", "CP1252");
  expect_read("Straße, Tür, schön", "CP850");
  expect_read("déjà vu à l'école", "CP1252");
  expect_read("Привет, мир", "CP1251");
  expect_read("Привет, мир", "KOI8-R");
  expect_read("Привет, мир", "CP866");
  expect_read("佐藤太郎,住所,東京都", "CP932");
  expect_read("안녕하세요 여러분", "EUC-KR");
  expect_read("Καλημέρα κόσμε", "CP1253");
}

}  // namespace
}  // namespace alcove::charset
