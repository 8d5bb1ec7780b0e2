// The emoji that messages use most, by Slack's names; a name that is not here stays as it was written.

const TABLE = `
grinning 😀|smiley 😃|smile 😄|grin 😁|laughing 😆|sweat_smile 😅|joy 😂|rolling_on_the_floor_laughing 🤣|slightly_smiling_face 🙂|wink 😉|blush 😊
innocent 😇|heart_eyes 😍|star-struck 🤩|kissing_heart 😘|yum 😋|stuck_out_tongue 😛|zany_face 🤪|hugging_face 🤗|thinking_face 🤔|thinking 🤔
face_with_raised_eyebrow 🤨|neutral_face 😐|expressionless 😑|no_mouth 😶|smirk 😏|unamused 😒|face_with_rolling_eyes 🙄|grimacing 😬|relieved 😌
pensive 😔|sleepy 😪|sleeping 😴|mask 😷|face_with_thermometer 🤒|face_with_head_bandage 🤕|exploding_head 🤯|partying_face 🥳|sunglasses 😎|nerd_face 🤓
confused 😕|worried 😟|slightly_frowning_face 🙁|open_mouth 😮|astonished 😲|flushed 😳|cry 😢|sob 😭|scream 😱|disappointed 😞|sweat 😓|weary 😩|tired_face 😫
angry 😠|rage 😡|skull 💀|clown_face 🤡|ghost 👻|robot_face 🤖|see_no_evil 🙈|heart ❤️|orange_heart 🧡|yellow_heart 💛|green_heart 💚|blue_heart 💙
purple_heart 💜|black_heart 🖤|broken_heart 💔|100 💯|boom 💥|dizzy 💫|zzz 💤|wave 👋|raised_hand ✋|raising_hand 🙋|ok_hand 👌|v ✌️|crossed_fingers 🤞|point_left 👈
point_right 👉|point_up ☝️|point_up_2 👆|point_down 👇|+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|fist ✊|clap 👏|raised_hands 🙌|open_hands 👐|handshake 🤝
pray 🙏|writing_hand ✍️|muscle 💪|brain 🧠|eyes 👀|eye 👁️|technologist 🧑‍💻|bust_in_silhouette 👤|busts_in_silhouette 👥|speaking_head_in_silhouette 🗣️
dog 🐶|cat 🐱|frog 🐸|bug 🐛|butterfly 🦋|turtle 🐢|whale 🐳|unicorn_face 🦄|seedling 🌱|evergreen_tree 🌲|deciduous_tree 🌳|palm_tree 🌴|cactus 🌵
four_leaf_clover 🍀|fallen_leaf 🍂|sunflower 🌻|cherry_blossom 🌸|earth_africa 🌍|earth_americas 🌎|earth_asia 🌏|globe_with_meridians 🌐|full_moon 🌕
crescent_moon 🌙|sunny ☀️|partly_sunny ⛅|cloud ☁️|rainbow 🌈|umbrella ☔|snowflake ❄️|zap ⚡|fire 🔥|star ⭐|star2 🌟|sparkles ✨|apple 🍎|pizza 🍕
coffee ☕|tea 🍵|beer 🍺|beers 🍻|wine_glass 🍷|champagne 🍾|cake 🍰|birthday 🎂|cookie 🍪|knife_fork_plate 🍽️|house 🏠|house_with_garden 🏡|office 🏢
hospital 🏥|bank 🏦|school 🏫|factory 🏭|lighthouse 🗼|tent ⛺|beach_with_umbrella 🏖️|mountain ⛰️|rocket 🚀|airplane ✈️|airplane_departure 🛫|airplane_arriving 🛬
train 🚆|bus 🚌|car 🚗|bike 🚲|ship 🚢|sailboat ⛵|anchor ⚓|construction 🚧|vertical_traffic_light 🚦|checkered_flag 🏁|triangular_flag_on_post 🚩
watch ⌚|alarm_clock ⏰|stopwatch ⏱️|timer_clock ⏲️|hourglass ⌛|hourglass_flowing_sand ⏳|clock1 🕐|clock3 🕒|clock9 🕘|calendar 📅|date 📅|spiral_calendar_pad 🗓️
phone ☎️|telephone_receiver 📞|iphone 📱|computer 💻|desktop_computer 🖥️|keyboard ⌨️|bulb 💡|flashlight 🔦|battery 🔋|electric_plug 🔌|wrench 🔧|hammer 🔨
hammer_and_wrench 🛠️|gear ⚙️|link 🔗|paperclip 📎|scissors ✂️|lock 🔒|unlock 🔓|key 🔑|shield 🛡️|mag 🔍|mag_right 🔎|telescope 🔭|microscope 🔬
test_tube 🧪|pill 💊|thermometer 🌡️|email ✉️|envelope ✉️|incoming_envelope 📨|inbox_tray 📥|outbox_tray 📤|package 📦|mailbox 📫|memo 📝|pencil 📝|pencil2 ✏️
page_facing_up 📄|page_with_curl 📃|bookmark_tabs 📑|clipboard 📋|bar_chart 📊|chart 💹|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|card_index 📇
card_file_box 🗃️|file_folder 📁|open_file_folder 📂|books 📚|book 📖|bookmark 🔖|label 🏷️|newspaper 📰|pushpin 📌|round_pushpin 📍|moneybag 💰|dollar 💵
euro 💶|credit_card 💳|receipt 🧾|gem 💎|scales ⚖️|trophy 🏆|medal 🏅|sports_medal 🏅|first_place_medal 🥇|dart 🎯|game_die 🎲|jigsaw 🧩|art 🎨|musical_note 🎵
headphones 🎧|microphone 🎤|movie_camera 🎥|camera 📷|tv 📺|gift 🎁|balloon 🎈|tada 🎉|confetti_ball 🎊|crystal_ball 🔮|loudspeaker 📢|mega 📣|bell 🔔|no_bell 🔕
speech_balloon 💬|thought_balloon 💭|left_speech_bubble 🗨️|rotating_light 🚨|warning ⚠️|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|radioactive_sign ☢️
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|heavy_multiplication_x ✖️|negative_squared_cross_mark ❎|heavy_plus_sign ➕|heavy_minus_sign ➖
question ❓|grey_question ❔|exclamation ❗|grey_exclamation ❕|bangbang ‼️|interrobang ⁉️|information_source ℹ️|recycle ♻️|infinity ♾️|copyright ©️|tm ™️
leftwards_arrow_with_hook ↩️|arrow_right_hook ↪️|arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_upper_right ↗️|arrow_lower_right ↘️|arrow_lower_left ↙️|arrow_upper_left ↖️|left_right_arrow ↔️
arrow_up_down ↕️|arrows_counterclockwise 🔄|repeat 🔁|rewind ⏪|fast_forward ⏩|arrow_forward ▶️|double_vertical_bar ⏸️|black_square_for_stop ⏹️|arrow_up_small 🔼|arrow_down_small 🔽
red_circle 🔴|large_red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵|large_purple_circle 🟣|large_brown_circle 🟤
white_circle ⚪|black_circle ⚫|large_red_square 🟥|large_orange_square 🟧|large_yellow_square 🟨|large_green_square 🟩|large_blue_square 🟦|white_large_square ⬜
black_large_square ⬛|small_blue_diamond 🔹|small_orange_diamond 🔸|large_blue_diamond 🔷|large_orange_diamond 🔶|small_red_triangle 🔺|small_red_triangle_down 🔻
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|new 🆕|ok 🆗|sos 🆘|up 🆙|cool 🆒|free 🆓|soon 🔜|top 🔝|back 🔙|end 🔚|on 🔛|de 🇩🇪|flag-de 🇩🇪|us 🇺🇸|flag-us 🇺🇸|gb 🇬🇧|flag-gb 🇬🇧
fr 🇫🇷|flag-fr 🇫🇷|flag-eu 🇪🇺|flag-se 🇸🇪|flag-br 🇧🇷|flag-in 🇮🇳|jp 🇯🇵|flag-jp 🇯🇵`;

const EMOJI = new Map(TABLE.trim().split(/[|\n]/).map((pair) => {
  const cut = pair.indexOf(" ");
  return [pair.slice(0, cut), pair.slice(cut + 1)];
}));

export const NAME = /:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/g;
export const emojiNamed = (name) => EMOJI.get(name);
export const emojiNames = (start) => [...EMOJI.keys()].filter((name) => name.startsWith(start));
export const emoji = (text) => String(text).replace(NAME, (whole, name) => EMOJI.get(name) || whole);
