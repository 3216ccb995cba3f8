// A small set of our own: what support people use, with the words by which it is found.

export interface Emoji {
  emoji: string;
  words: string;
}

export interface EmojiGroup {
  name: "smileys" | "people" | "hearts" | "nature" | "food" | "things" | "places" | "signs";
  emoji: Emoji[];
}

const SOURCE: Record<EmojiGroup["name"], string> = {
  smileys: `😀 grin happy|😃 smile happy|😄 laugh happy|😁 beam|😆 laugh|😅 sweat relief|😂 tears joy lol|🤣 rofl|🙂 slight smile|🙃 upside down|😉 wink|😊 blush warm|😇 angel innocent|🥰 love hearts|😍 heart eyes love|🤩 star struck wow|😘 kiss|😋 yum tasty|😛 tongue|😜 wink tongue|🤗 hug|🤭 oops giggle|🤫 quiet|🤔 think hmm|🤐 zip|😐 neutral|😶 silent|😏 smirk|😒 unamused|🙄 eye roll|😬 grimace|😌 relieved|😔 pensive sad|😪 sleepy|😴 sleep|😷 mask ill|🤒 fever ill|🤕 hurt|🤢 sick|🥵 hot|🥶 cold|😵 dizzy|🤯 mind blown|🥳 party celebrate|😎 cool|🤓 nerd|🧐 inspect|😕 confused|😟 worried|🙁 frown|😮 wow surprise|😯 hushed|😲 astonished|😳 flushed|🥺 plead please|😦 open frown|😨 fear|😰 anxious|😥 sad relieved|😢 cry|😭 sob|😱 scream|😖 confounded|😞 disappointed|😓 sweat|😩 weary|😫 tired|🥱 yawn|😤 steam|😡 angry|😠 mad|🤬 swear|💀 skull|👻 ghost|🤖 robot bot|🎃 pumpkin`,
  people: `👍 thumbs up yes good ok|👎 thumbs down no|👌 ok perfect|✌️ peace|🤞 fingers crossed luck|🤝 handshake deal|👏 clap applause|🙌 hands up hooray|🙏 thanks please pray|👋 wave hello bye|🤙 call me|💪 strong muscle|👉 point right|👈 point left|👆 point up|👇 point down|☝️ one finger|✋ stop hand|🖐️ hand five|✊ fist|👊 punch|🤲 palms|✍️ write sign|👀 eyes look|🧠 brain|👤 person|👥 people group|👶 baby|👩 woman|👨 man|🧓 elder|👩‍💻 developer|👨‍🔧 mechanic repair|👩‍🍳 cook|👮 police|🕵️ detective|🤷 shrug dont know|🤦 facepalm|🙋 raise hand question|🙇 bow sorry|💁 help desk info|🏃 run hurry|🚶 walk|💃 dance|👨‍👩‍👧 family`,
  hearts: `❤️ red heart love|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|🤍 white heart|💔 broken heart|💕 two hearts|💖 sparkle heart|💯 hundred perfect|✨ sparkles new|⭐ star|🌟 glowing star|🔥 fire hot|💥 boom|💫 dizzy star|🎉 party tada celebrate|🎊 confetti|🎁 gift present|🎈 balloon|🏆 trophy winner|🥇 gold medal first`,
  nature: `🐶 dog|🐱 cat|🐭 mouse|🐰 rabbit|🦊 fox|🐻 bear|🐼 panda|🐨 koala|🦁 lion|🐮 cow|🐷 pig|🐸 frog|🐵 monkey|🐔 chicken|🐧 penguin|🐦 bird|🦉 owl|🐝 bee|🦋 butterfly|🐢 turtle|🐟 fish|🐬 dolphin|🌸 blossom|🌹 rose|🌻 sunflower|🌷 tulip|🌳 tree|🌵 cactus|🍀 luck clover|🍁 leaf autumn|🌍 earth world|🌙 moon|☀️ sun|⛅ cloud sun|🌧️ rain|⛈️ storm|❄️ snow cold|🌈 rainbow|🌊 wave sea`,
  food: `☕ coffee|🍵 tea|🍺 beer|🍷 wine|🥂 cheers toast|🥤 drink|🍞 bread|🥐 croissant|🧀 cheese|🍕 pizza|🍔 burger|🍟 fries|🌮 taco|🥗 salad|🍝 pasta|🍣 sushi|🍜 noodles|🍎 apple|🍌 banana|🍓 strawberry|🍋 lemon|🍇 grapes|🥑 avocado|🍰 cake|🎂 birthday cake|🍪 cookie|🍫 chocolate|🍦 ice cream|🍽️ plate restaurant`,
  things: `📦 package parcel box|🛒 cart shop|🛍️ shopping bags|💳 card payment|💰 money|💶 euro|💵 dollar|🧾 receipt invoice|📄 page document|📎 attachment clip|📌 pin|📅 calendar date|🗓️ calendar|⏰ alarm clock|⏳ hourglass wait|⌛ time up|📞 phone call|📱 mobile|💻 laptop|🖨️ printer|📷 camera photo|🎥 video|🔋 battery|🔌 plug|💡 idea bulb|🔧 wrench repair|🔨 hammer|⚙️ gear settings|🔑 key|🔒 lock secure|🔓 unlock|🚪 door|🛏️ bed|🚿 shower|🧹 broom clean|🧴 bottle|👕 shirt|👖 jeans|👟 shoe|👗 dress|🎒 backpack|👓 glasses|💊 pill medicine|🩺 doctor|✂️ scissors|✏️ pencil|📝 note memo|📚 books|📧 email|✉️ letter|📬 mailbox|🔍 search|🎧 headset support|🎵 music|⚽ football|🎮 game`,
  places: `🚗 car|🚕 taxi|🚌 bus|🚚 truck delivery|🚲 bicycle|🏍️ motorcycle|🚆 train|✈️ plane flight|🚢 ship|🚀 rocket launch|⛽ fuel|🅿️ parking|🚦 traffic light|🏠 house home|🏢 office|🏪 store shop|🏥 hospital|🏦 bank|🏨 hotel|🏫 school|⛪ church|🏭 factory|🏖️ beach|⛰️ mountain|🏕️ camping|🗺️ map|📍 location pin|🌐 globe web`,
  signs: `✅ done check yes|☑️ checked|✔️ tick|❌ cross no wrong|❗ important|❓ question|⚠️ warning|🚫 forbidden no|⛔ stop|🔴 red|🟠 orange|🟡 yellow|🟢 green|🔵 blue|⚪ white|⚫ black|➡️ right arrow|⬅️ left arrow|⬆️ up arrow|⬇️ down arrow|🔄 refresh again|🔁 repeat|🔔 bell notify|🔕 mute|ℹ️ information|🆕 new|🆓 free|🆗 ok|🔝 top|0️⃣ zero|1️⃣ one|2️⃣ two|3️⃣ three|4️⃣ four|5️⃣ five|6️⃣ six|7️⃣ seven|8️⃣ eight|9️⃣ nine|🔟 ten|©️ copyright|™️ trademark|💬 speech chat|🇬🇧 uk english|🇩🇪 germany|🇫🇷 france|🇪🇸 spain|🇮🇹 italy|🇵🇹 portugal|🇧🇷 brazil|🇺🇸 usa|🇮🇳 india|🇹🇷 turkey|🇳🇱 netherlands|🇵🇱 poland|🇦🇪 emirates`,
};

export const GROUPS: EmojiGroup[] = Object.entries(SOURCE).map(([name, source]) => ({
  name: name as EmojiGroup["name"],
  emoji: source.split("|").map((entry) => {
    const space = entry.indexOf(" ");
    return { emoji: entry.slice(0, space), words: entry.slice(space + 1) };
  }),
}));

/** The emoji whose words begin with what was typed. */
export function findEmoji(query: string): Emoji[] {
  const wanted = query.trim().toLowerCase();
  return GROUPS.flatMap((group) => group.emoji).filter(({ words }) =>
    words.split(" ").some((word) => word.startsWith(wanted)),
  );
}
