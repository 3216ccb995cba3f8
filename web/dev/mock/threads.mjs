// What people write to a small bicycle shop and its workshop.

export const PEOPLE = [
  ["Lena Hoffmann", "4915123456781", "de"],
  ["Marco Bianchi", "393401234567", "it"],
  ["Aisha Rahman", "447700900123", "en"],
  ["João Pereira", "5511987654321", "pt"],
  ["Camille Laurent", "33612345678", "fr"],
  ["Yusuf Demir", "905321234567", "tr"],
  ["Sofía Gutiérrez", "34612345678", "es"],
  ["Noah Williams", "12025550143", "en"],
  ["ليلى حداد", "971501234567", "ar"],
  ["Priya Nair", "919812345678", "en"],
  ["Tomasz Zieliński", "48512345678", "de"],
  ["Emma de Vries", "31612345678", "en"],
  ["Liam O'Connor", "353861234567", "en"],
  ["Hannah Schmidt", "4917612345678", "de"],
  ["Mateus Almeida", "5521998765432", "pt"],
  ["Chloé Martin", "33698765432", "fr"],
  ["Ravi Patel", "447700900456", "en"],
  ["Zoë van Dijk", "31687654321", "en"],
  [null, "4915799887766", "de"],
  ["Giulia Romano", "393479876543", "it"],
];

export const LINES = {
  de: [
    ["Hallo, ist mein Rad schon fertig?", "Guten Tag! Ja, Sie können es heute bis 18 Uhr abholen."],
    [
      "Was kostet eine große Inspektion?",
      "89 € plus Material. Wir melden uns vorher, wenn etwas dazukommt.",
    ],
    ["Super, dann komme ich morgen vorbei 🚲", "Prima, bis morgen!"],
    [
      "Die Bremse quietscht leider immer noch.",
      "Das tut uns leid. Bringen Sie es gern ohne Termin vorbei.",
    ],
  ],
  en: [
    [
      "Hi! Do you have the Gravel 3 in size M?",
      "Hi! Yes, two left in *forest green*. Shall I put one aside?",
    ],
    ["Yes please, until Saturday?", "Done. It waits under your name until Saturday evening."],
    ["Do you ship to Dublin?", "We do: 35 €, three to five days. https://example.com/shipping"],
    ["Perfect, thank you so much!", "You're welcome. Ride safe 🙌"],
  ],
  fr: [
    [
      "Bonjour, ma commande n'est pas arrivée.",
      "Bonjour ! Je regarde tout de suite. Avez-vous le numéro ?",
    ],
    ["Oui : 48213", "Elle est chez le transporteur et arrive demain."],
  ],
  it: [
    ["Buongiorno, fate anche noleggio?", "Certo! Da 25 € al giorno, casco incluso."],
    ["Perfetto, due bici per domenica", "Prenotate. Ci vediamo domenica alle 9."],
  ],
  pt: [
    ["Oi, vocês consertam bicicleta elétrica?", "Sim! Qual é o modelo?"],
    ["É uma Trek de 2023, a bateria não carrega", "Pode trazer amanhã, olhamos na hora."],
  ],
  es: [
    ["Hola, ¿tenéis cámaras de 28 pulgadas?", "Sí, 7,50 € cada una."],
    ["Guárdame dos, por favor", "Hecho. Te esperamos."],
  ],
  tr: [
    ["Merhaba, siparişim ne zaman gelir?", "Merhaba! Yarın öğleden sonra elinizde olur."],
    ["Teşekkürler", "Rica ederiz 🙏"],
  ],
  ar: [
    ["مرحبا، هل الدراجة متوفرة باللون الأزرق؟", "أهلا! نعم متوفرة، قطعة واحدة."],
    ["ممتاز، سأمر غدا", "بانتظارك."],
  ],
};
