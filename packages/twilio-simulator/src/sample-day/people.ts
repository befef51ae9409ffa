export type SampleLanguage = "en" | "de" | "es" | "fr" | "pt" | "it" | "id" | "ar" | "ja" | "hi";

type People = {
  /** Relative frequency of this language among the customers. */
  weight: number;
  /** Country code and first digits. Unassigned numbers, where the country reserves a range for fiction. */
  numberStart: string;
  digits: number;
  firstNames: string[];
  lastNames: string[];
};

export const samplePeople: Record<SampleLanguage, People> = {
  en: {
    weight: 60,
    numberStart: "1500555",
    digits: 4,
    firstNames: [
      "Olivia",
      "Noah",
      "Grace",
      "Liam",
      "Maya",
      "Ethan",
      "Ruby",
      "Owen",
      "Zoe",
      "Jack",
      "Priya",
      "Caleb",
    ],
    lastNames: [
      "Bennett",
      "Carter",
      "O'Neill",
      "Whitfield",
      "Nguyen",
      "Sawyer",
      "Okafor",
      "MacLeod",
      "Price",
      "Tran",
    ],
  },
  de: {
    weight: 28,
    numberStart: "491515000",
    digits: 4,
    firstNames: ["Jürgen", "Anke", "Lena", "Malte", "Sabine", "Emre", "Greta", "Jonas"],
    lastNames: ["Weiß", "Köhler", "Schäfer", "Brandt", "Yılmaz", "Petersen", "Vogel"],
  },
  es: {
    weight: 26,
    numberStart: "3460000",
    digits: 4,
    firstNames: ["Lucía", "Íñigo", "Marta", "Álvaro", "Nuria", "Diego", "Carmen", "Raúl"],
    lastNames: ["Muñoz", "García", "Ibáñez", "Peña", "Serrano", "Castillo", "Núñez"],
  },
  fr: {
    weight: 20,
    numberStart: "33639980",
    digits: 3,
    firstNames: ["Élodie", "François", "Chloé", "Mathis", "Inès", "Théo", "Agnès"],
    lastNames: ["Lefèvre", "Garnier", "Roux", "Benoît", "Marchand", "Diallo"],
  },
  pt: {
    weight: 18,
    numberStart: "55119000",
    digits: 5,
    firstNames: ["João", "Beatriz", "Thiago", "Luísa", "Caio", "Fernanda", "Antônio"],
    lastNames: ["Souza", "Conceição", "Araújo", "Lima", "Magalhães", "Rocha"],
  },
  it: {
    weight: 14,
    numberStart: "393200000",
    digits: 3,
    firstNames: ["Giulia", "Matteo", "Nicolò", "Chiara", "Alessio", "Sofia"],
    lastNames: ["Ferrari", "D'Angelo", "Conti", "Moretti", "Greco"],
  },
  id: {
    weight: 12,
    numberStart: "628120000",
    digits: 4,
    firstNames: ["Siti", "Budi", "Ayu", "Rizky", "Dewi", "Agus"],
    lastNames: ["Pratama", "Wulandari", "Saputra", "Lestari", "Hidayat"],
  },
  ar: {
    weight: 8,
    numberStart: "971500000",
    digits: 3,
    firstNames: ["ليلى", "عمر", "مريم", "يوسف", "نور"],
    lastNames: ["حداد", "الخطيب", "منصور", "صالح"],
  },
  ja: {
    weight: 8,
    numberStart: "819000000",
    digits: 3,
    firstNames: ["陽菜", "健太", "美咲", "翔", "結衣"],
    lastNames: ["佐藤", "田中", "山本", "小林"],
  },
  hi: {
    weight: 6,
    numberStart: "919000000",
    digits: 3,
    firstNames: ["आरव", "अनन्या", "रोहन", "दिया"],
    lastNames: ["शर्मा", "वर्मा", "पटेल"],
  },
};
