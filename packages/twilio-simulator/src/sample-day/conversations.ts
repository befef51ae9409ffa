import type { IncomingDetails, IncomingKind } from "../webhooks/incoming-params.ts";
import type { SampleLanguage } from "./people.ts";

export type SampleLine = string | ({ kind: IncomingKind; body?: string } & IncomingDetails);

const pier = {
  kind: "location",
  latitude: "44.391412",
  longitude: "-68.204011",
  label: "Town Pier",
  address: "1 West Street, Bar Harbor",
} as const;
const hotel = { kind: "location", latitude: "44.387133", longitude: "-68.212655" } as const;

/** Messages a boat rental receives in a day. {boat}, {people}, {time} and {number} are placeholders. */
export const sampleConversations: Record<SampleLanguage, SampleLine[][]> = {
  en: [
    [
      "Hi! Do you still have a boat for Saturday?",
      "We are {people} people, one of them is four years old",
      { kind: "button", buttonText: "Morning", buttonPayload: "slot_morning" },
    ],
    ["Is the harbour open on Sunday?", "Thanks :)"],
    ["Good morning, we booked the {boat} for {time} but will be about 20 minutes late. Is that ok?", pier],
    [
      "The engine of the {boat} makes this sound when I throttle up",
      { kind: "audio" },
      "Should we come back in?",
    ],
    [{ kind: "image", body: "Found this jacket under the seat, not ours" }, "I left it at the desk"],
    [
      "Can I get an invoice for booking {number}?",
      "Company is Whitfield & Sons, VAT is on the card",
      { kind: "contacts" },
    ],
    [
      { kind: "referral", body: "Hi, I saw your ad. Is the two-day offer still on?" },
      "And does it include fuel?",
    ],
    [
      { kind: "list", listId: "boat_sail", listTitle: "Sailing boat", listDescription: "Up to six people" },
      "For {time} please",
    ],
    ["STOP"],
    ["Do we need a licence for the {boat}?", { kind: "reply", body: "Great, then we take it" }],
    [{ kind: "video" }, "You can see the leak at the end", "We are safe, just wet"],
    ["hello??", "I have been waiting at the pier since {time}", hotel],
    ["Signed, see attached", { kind: "document" }],
    [
      "Thank you for a wonderful day!",
      { kind: "sticker" },
      { kind: "image", body: "The kids want to come back next week" },
    ],
    ["What happens if it rains?", "ok, fair"],
    [{ kind: "flow" }],
    ["Could you call me back? I can't hear anything out here"],
  ],
  de: [
    [
      "Moin, ist die {boat} am Samstag noch frei?",
      "Wir wären {people} Personen",
      { kind: "button", buttonText: "Vormittag", buttonPayload: "slot_morning" },
    ],
    ["Guten Tag, wir finden den Steg nicht. Sind wir hier richtig?", hotel],
    ["Brauche ich für das Boot einen Führerschein?", "Super, danke für die schnelle Antwort!"],
    ["Rechnung für Buchung {number} bitte an die Firma", { kind: "document" }],
    [{ kind: "audio" }, "Entschuldigung, hier ist es laut, deshalb als Sprachnachricht"],
    [{ kind: "image", body: "Diese Schramme war schon vor der Abfahrt da" }],
    ["Können wir auf {time} verschieben? Die Fähre hat Verspätung"],
  ],
  es: [
    ["¡Hola! ¿Cuánto cuesta el {boat} para {people} personas?", "¿Se puede pagar con tarjeta?"],
    ["Buenos días, llegamos a las {time}", pier],
    [{ kind: "image", body: "¿Este es el chaleco para niños?" }, "Gracias, muy amables"],
    [{ kind: "audio" }],
    [
      "¿Tienen algo libre el domingo por la tarde?",
      { kind: "button", buttonText: "Por la tarde", buttonPayload: "slot_afternoon" },
    ],
    ["Me equivoqué de fecha en la reserva {number}, ¿la pueden cambiar?"],
  ],
  fr: [
    ["Bonjour, le {boat} est-il disponible samedi ?", "Nous serons {people}"],
    ["On est en retard, on arrive vers {time}, désolés !"],
    [{ kind: "image", body: "Le taquet est cassé" }, "On peut quand même sortir ?"],
    [{ kind: "list", listId: "boat_kayak", listTitle: "Kayak double", listDescription: "Demi-journée" }],
    ["Merci beaucoup pour votre accueil", { kind: "sticker" }],
  ],
  pt: [
    ["Oi, tudo bem? Ainda tem o {boat} para sábado?", "Somos {people} pessoas"],
    [{ kind: "audio" }, "Desculpa o áudio, estou dirigindo"],
    ["Qual é o endereço certinho?", { kind: "reply", body: "Achei, obrigado!" }],
    ["Podem mandar a nota fiscal da reserva {number}?"],
    [{ kind: "contacts" }, "Esse é o contato do meu irmão, ele que vai buscar"],
  ],
  it: [
    ["Buongiorno, vorrei prenotare il {boat} per domenica", "Siamo in {people}, alle {time} va bene?"],
    [{ kind: "video" }, "Il motore fa così da stamattina"],
    ["Si può portare il cane?", "Perfetto, grazie mille"],
  ],
  id: [
    ["Selamat pagi, apakah {boat} masih tersedia hari Sabtu?", "Kami {people} orang"],
    [{ kind: "button", buttonText: "Konfirmasi", buttonPayload: "booking_confirm" }],
    ["Kami sudah di dermaga", pier],
  ],
  ar: [
    ["مرحبا، هل القارب متاح يوم السبت؟", "نحن {people} أشخاص"],
    ["شكرا جزيلا على الخدمة الممتازة"],
    [{ kind: "audio" }],
  ],
  ja: [
    ["こんにちは。土曜日に船を借りられますか？", "{people}名です"],
    ["{time}に着きます。よろしくお願いします。"],
    [{ kind: "image", body: "ここで合っていますか？" }],
  ],
  hi: [["नमस्ते, क्या शनिवार को नाव मिल सकती है?", "हम {people} लोग हैं"], ["धन्यवाद!"]],
};

export const sampleBoatNames = ["Puffin", "Osprey", "Merganser", "Blue Heron", "Little Auk", "Loon"];
export const sampleDepartureTimes = ["8:30", "9:15", "10:00", "11:30", "14:00", "15:45", "17:00"];
