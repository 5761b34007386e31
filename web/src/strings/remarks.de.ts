/** Was der Server anmerkt, auf Deutsch: ein Satz je Code, aus den Werten, die er nennt. */
import { pluralIn } from "./plural";
import type { Remarks } from "./remarks";

const plural = pluralIn("de");
const number = (text: string) => Number(text).toLocaleString("de", { maximumFractionDigits: 1 });

/** Was bei Anfragen schiefgeht, nach dem Code des Fehlers. */
export const errorCodes = {
  invalid_argument: "Diese Angabe ist so nicht gültig.",
  unauthenticated: "Melden Sie sich bitte an.",
  already_exists: "Das gibt es schon.",
  conflict: "Inzwischen hat sich etwas geändert. Laden Sie die Seite neu.",
  precondition_failed: "Inzwischen hat sich etwas geändert. Versuchen Sie es noch einmal.",
  locked: "Zu viele Versuche. Warten Sie ein wenig.",
  too_large: "Das ist zu groß.",
  unsupported: "Das wird hier nicht unterstützt.",
  out_of_space: "Auf dem Gerät ist kein Platz mehr.",
  cancelled: "Das wurde abgebrochen.",
  corrupt: "Die Daten sind beschädigt.",
  not_found: "Das gibt es nicht (mehr).",
  forbidden: "Dazu fehlt Ihnen das Recht.",
  overloaded: "Der Server ist gerade ausgelastet. Versuchen Sie es gleich noch einmal.",
  unavailable: "Das steht gerade nicht zur Verfügung. Versuchen Sie es gleich noch einmal.",
  timed_out: "Das hat zu lange gedauert.",
  internal: "Der Server konnte das nicht ausführen.",
};

const errorText = (code: string) => (Object.hasOwn(errorCodes, code) ? ` ${errorCodes[code as keyof typeof errorCodes]}` : "");

/** Warum ein Wert nicht passt, nach dem Filter. */
const badValues = (value: string): Record<string, string> => {
  const date = `„${value}“ ist kein Datum (möglich: 2024-05-17, Mai 2024, "letzte Woche")`;
  return {
    type: `Eine Art „${value}“ gibt es nicht`,
    date,
    before: date,
    after: date,
    size: `„${value}“ ist keine Größe (möglich: >10MB, <=200k, 1M..5M)`,
    lang: `Eine Sprache „${value}“ ist nicht bekannt`,
    is: `„is:${value}“ ist nicht bekannt (möglich: failed, skipped, encrypted, empty, duplicate, recent, attachment)`,
  };
};

const notices: Remarks["notices"] = {
  disk_low: (left) => `Auf dem Datenträger mit Alcoves Daten sind noch ${number(left ?? "")} GB frei; ist er voll, wartet das Indizieren.`,
  library_not_added: (folder, code) => `Der Ordner ${folder ?? ""} konnte nicht hinzugefügt werden.${errorText(code ?? "")}`,
  model_unavailable: () => "Das Modell, das den Sinn versteht, ist nicht installiert oder beschädigt.",
  results_damaged: () => "Die gespeicherten Ergebnisse sind beschädigt; nach dem nächsten Start werden sie neu gemacht.",
  results_damaged_at_start: () => "Die gespeicherten Ergebnisse waren beschädigt und werden neu gemacht. Die alte Datei wurde beiseitegelegt.",
  results_missing: () => "Die gespeicherten Ergebnisse fehlten und werden neu gemacht.",
  results_other_version: () => "Die gespeicherten Ergebnisse waren von einer anderen Version und werden neu gemacht. Die alte Datei wurde beiseitegelegt.",
  writes_wait: (code) => `Das Indizieren wartet und geht von selbst weiter, sobald wieder geschrieben werden kann.${errorText(code ?? "")}`,
  folders_too_deep: (depth) => `Ordner, die mehr als ${number(depth ?? "")} Ebenen tief liegen, werden nicht gelesen.`,
  folders_unreadable: () => "Manche Ordner darf Alcove nicht lesen.",
  ignore_file_too_long: (name) => `Eine Datei ${name ?? ""} ist zu lang; ihre letzten Zeilen gelten nicht.`,
  library_missing: (folder) => `Der Ordner ${folder ?? ""} lässt sich nicht öffnen. Seine Dateien bleiben gemerkt, bis er wieder da ist.`,
  library_unmounted: (folder) => `Der Ordner ${folder ?? ""} ist leer und nicht derselbe wie zuvor: Sein Laufwerk ist wohl nicht eingehängt. Seine Dateien bleiben gemerkt, bis er wieder da ist.`,
  remote_file_system: (seconds) => `Der Ordner liegt im Netz oder auf einem FUSE-Dateisystem, das nicht jede Änderung meldet; er wird alle ${plural(Number(seconds), "Sekunde", "Sekunden")} durchgesehen.`,
  watch_limit: () => "Das System lässt nicht mehr überwachte Ordner zu (fs.inotify.max_user_watches); Änderungen in manchen Ordnern findet erst der Durchgang alle paar Minuten.",
  watch_refused: () => "Manche Ordner lassen sich nicht überwachen; Änderungen darin findet erst der Durchgang alle paar Minuten.",
  file_forbidden: () => "Diese Datei darf Alcove nicht lesen.",
  file_read_error: () => "Der Datenträger meldet einen Fehler in dieser Datei.",
  file_unreadable: () => "Diese Datei lässt sich nicht lesen.",
  worker_crashed: () => "Er ist abgestürzt.",
  worker_forbidden_call: () => "Er wollte etwas Verbotenes tun und wurde beendet.",
  worker_garbled: () => "Seine Antwort war nicht zu verstehen.",
  worker_memory: (mebibytes) => `Er brauchte mehr als ${number(mebibytes ?? "")} MiB Arbeitsspeicher.`,
  worker_other_version: () => "Das Programm ist von einer anderen Version als der Server.",
  worker_silent: () => "Er hat nicht rechtzeitig geantwortet.",
  worker_stopped: () => "Der Server wird beendet.",
  worker_time: (seconds) => `Er brauchte mehr als ${plural(Number(seconds), "Sekunde", "Sekunden")} Rechenzeit.`,
  worker_unstartable: (code) => `Er lässt sich nicht starten.${errorText(code ?? "")}`,
  confinement_refused: (why) => `Das System lehnt es ab (${why ?? ""}).`,
  landlock_missing: () => "Dem Betriebssystemkern fehlt Landlock, oder er ist älter als 5.13.",
  landlock_off: () => "Landlock ist im Betriebssystemkern abgeschaltet (Startparameter lsm=).",
  limit_not_asked: () => "Es wurde keine Grenze verlangt.",
  namespaces_forbidden: () => "Dieses System lässt gewöhnliche Programme keine Namensräume anlegen.",
  namespaces_used_up: () => "Dieses System lässt keine weiteren Namensräume zu.",
  sanitizer_build: () => "Dieses Programm ist zum Prüfen gebaut und belegt mehr, als jede Grenze erlaubt.",
};

/** Ein anderer Hinweis, der diesen erklärt. */
const because = (code: string, values: string[]) => (Object.hasOwn(notices, code) ? ` ${notices[code as keyof typeof notices](...values)}` : "");

export const remarks: Remarks = {
  notes: {
    bomb: () => "Etwas darin wächst beim Entpacken über jedes Maß; es wurde ausgelassen.",
    broken_encoding: () => "Manche Seiten sind nicht lesbar: Ihre Schriften sagen nicht, für welche Buchstaben sie stehen.",
    damaged: () => "Die Datei ist beschädigt; was lesbar war, ist enthalten.",
    doctype_refused: () => "Ein Teil mit Dokumenttyp-Angabe wurde nicht gelesen.",
    empty: () => "Sie ist leer.",
    encrypted: (count) => (count === undefined ? "Ein Teil ist verschlüsselt oder kopiergeschützt und wurde nicht gelesen." : `${plural(Number(count), "Datei darin ist", "Dateien darin sind")} durch ein Passwort geschützt.`),
    expanded_limit: (megabytes) => (megabytes === undefined ? "Beim Entpacken wird sie zu groß; sie wurde nur zum Teil gelesen." : `Nur die ersten ${number(megabytes)} MB wurden entpackt.`),
    hidden_sheet: (sheet) => `Das Blatt „${sheet ?? ""}“ ist ausgeblendet; auch dieses wurde gelesen.`,
    hidden_slide: () => "Manche Folien sind ausgeblendet; auch sie wurden gelesen.",
    members_limit: (count) => (count === undefined ? "Sie hat zu viele Teile; nur die ersten wurden gelesen." : `Nur die ersten ${number(count)} Dateien darin wurden aufgeführt.`),
    nesting_limit: () => "Sie ist zu tief verschachtelt; das Innerste wurde nicht gelesen.",
    no_text: () => "Es steht kein Text darin; Text in Bildern wird noch nicht erkannt.",
    pages_limit: (read, all) => (read === undefined || all === undefined ? "Nur der erste Teil der Seiten wurde gelesen." : `Nur die ersten ${number(read)} von ${number(all)} Seiten wurden gelesen.`),
    passages_limit: (count) => `Nur die ersten ${number(count ?? "")} Abschnitte wurden behalten.`,
    text_limit: (megabytes) => (megabytes === undefined ? "Sie hat mehr Text, als gelesen wird; der Anfang ist enthalten." : `Nur die ersten ${number(megabytes)} MB wurden gelesen.`),
    time_limit: (seconds) => `Das Lesen wurde nach ${plural(Number(seconds), "Sekunde", "Sekunden")} beendet; was bis dahin gelesen war, ist enthalten.`,
    too_large: (megabytes) => `Sie ist größer als ${number(megabytes ?? "")} MB; nur ihr Anfang wurde gelesen.`,
  },
  reasons: {
    bomb: () => "Beim Entpacken wächst sie über jedes Maß.",
    broken_encoding: () => "Ihr Text ist nicht lesbar: Die Schriften sagen nicht, für welche Buchstaben sie stehen.",
    cycle: () => "Sie enthält die Datei, in der sie liegt.",
    damaged: () => "Sie ist beschädigt und lässt sich nicht lesen.",
    doctype_refused: () => "Sie gibt einen eigenen Dokumenttyp an, was Office-Dokumente nie tun; sie wurde nicht gelesen.",
    encrypted: () => "Sie ist durch ein Passwort geschützt oder verschlüsselt.",
    model_error: () => "Das Modell konnte den Text nicht verarbeiten.",
    nesting_limit: () => "Sie liegt zu tief in anderen Dateien, oder darin ist schon zu viel; was sie selbst enthält, wird nicht gelesen.",
    no_text: () => "Es steht kein Text darin; Text in Bildern wird noch nicht erkannt.",
    not_a_file: () => "Es ist ein Verweis oder ein Gerät, keine Datei.",
    time_limit: () => "Das würde zu lange dauern.",
    too_large: (megabytes) => (megabytes === undefined ? "Sie ist zu groß." : `Sie ist größer als ${number(megabytes)} MB, die Grenze beim Lesen.`),
    unavailable: () => "Sie ist gerade nicht erreichbar; es wird später erneut versucht.",
    unknown_stage: () => "Diesen Schritt kennt das Programm nicht.",
    unreadable: () => "Ihre Bytes ließen sich nicht lesen.",
    unsupported_type: () => "Für diese Art von Datei gibt es noch keinen Leser.",
    worker_ended: (code, ...values) => `Der Leseprozess brach dabei ab; alles andere ist davon nicht betroffen.${because(code ?? "", values)}`,
  },
  notices,
  search: {
    bad_near: () => "„NEAR“ steht zwischen Wörtern und Wortfolgen; hier galt es als AND.",
    bad_value: (_filter, value = "", kind = "") => `${badValues(value)[kind] ?? `Den Wert „${value}“ versteht dieser Filter nicht`}; er wurde weggelassen.`,
    bad_wildcard: (word) => `„${word}“ braucht vor dem ersten * oder ? mehr Buchstaben; es wurde als Wort gesucht.`,
    compared_by_words: () => "Die Bedeutung der Datei ist noch nicht berechnet; verglichen wurde nur nach Wörtern.",
    corrected: () => "Gesucht wurde nach der berichtigten Schreibweise.",
    dangling_operator: (operator) => `„${operator}“ braucht auf beiden Seiten etwas; es wurde weggelassen.`,
    index_rebuilding: () => "Der Suchindex wird gerade neu aufgebaut; bis dahin wird nicht alles gefunden.",
    list_cut: () => "Hier endet die Liste, obwohl noch mehr passen kann; mehr Wörter oder ein Filter grenzen die Suche ein.",
    many_words_fit: (count, word) => `Mehr als ${count} Wörter passen zu „${word}“; die häufigsten wurden genommen.`,
    meaning_pending: (count) => `Die Bedeutung von ${plural(Number(count), "Dokument", "Dokumenten")} wird noch berechnet.`,
    meaning_renewed: () => "Die Bedeutung wird mit einem anderen Modell neu berechnet; gefunden wurde nur nach Wörtern.",
    missing_value: (filter) => `„${filter}:“ braucht einen Wert.`,
    model_unavailable: () => "Das Modell antwortet gerade nicht; gefunden wurde nur nach Wörtern.",
    no_such_folder: (folder) => `Eine Bibliothek oder einen Ordner „${folder}“ mit Dateien gibt es nicht.`,
    no_word_fits: (word) => `Kein Wort passt zu „${word}“.`,
    nothing_to_compare: () => "Die Datei hat keinen Text zum Vergleichen, oder sie ist noch nicht gelesen.",
    order_cut: (count) => `Nur die besten ${count} Textstellen wurden geordnet.`,
    problems_cut: (count) => `Nur die neuesten ${count} Probleme wurden durchgesehen.`,
    too_deep: () => "Zu tief verschachtelte Klammern wurden weggelassen.",
    too_long: () => "Die Anfrage ist zu lang; nur ihr Anfang wurde benutzt.",
    too_many: (count) => `Nur die ersten ${count} Wörter wurden benutzt.`,
    unbalanced_parenthesis: () => "Zu einer Klammer fehlt die andere; die Gruppe gilt, soweit sie reicht.",
    unclosed_quote: () => "Ein Anführungszeichen ist nicht geschlossen; die Wortfolge gilt bis zum Ende.",
    unknown_filter: (name, nearest) => `„${name}:“ ist kein Filter; es wurde als Wort gesucht.${nearest === "" ? "" : ` Meinten Sie „${nearest}:“?`}`,
  },
};
