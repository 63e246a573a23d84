/** What is tried first by whoever guesses: words and rows of keys of at least eight characters, in lower case. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `password password1 password12 password123 password1234 password12345 password123456 passw0rd passw0rd123 p@ssw0rd
  p@ssword p@ssw0rd123 p@ssword123 passwordpassword mypassword mypassword123 newpassword newpassword1 changeme changeme123
  changeit changeit123 letmein1 letmein123 letmeinnow welcome1 welcome12 welcome123 welcome1234 welcome12345 welcomeback
  iloveyou iloveyou1 iloveyou12 iloveyou123 iloveyou2 iloveyousomuch sunshine sunshine1 sunshine123 princess princess1
  princess123 football football1 football123 baseball baseball1 basketball superman superman1 superman123 batman123
  trustno1 trustnoone starwars starwars1 starwars123 whatever whatever1 computer computer1 internet internet1 michelle
  jennifer jessica1 charlie1 charlie123 jordan23 liverpool liverpool1 chelsea1 arsenal1 barcelona realmadrid juventus
  dragon123 monkey123 shadow123 master123 hunter123 killer123 samsung1 samsung123 pokemon1 pokemon123 minecraft minecraft1
  administrator administrator1 admin123 admin1234 admin12345 admin123456 adminadmin rootroot root1234 toor1234 test1234
  test12345 testtest testtest123 guest123 guestguest user1234 user12345 default1 secret123 topsecret verysecret secretsecret
  qwertyui qwertyuiop qwertyuiop123 qwertyuiop1 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyqwerty 1q2w3e4r
  1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 zaq12wsx zaq1zaq1 qazwsxedc qazwsxedcrfv qazwsx123 asdfghjk asdfghjkl
  asdfghjkl123 asdfasdf asdf1234 zxcvbnm1 zxcvbnm123 zxcvbnmasdf azertyuiop qwertzuiop qwertzui 12345678 123456789 1234567890
  12345678910 123456789012 1234567890123 0123456789 01234567890 9876543210 987654321 987654321098 87654321 11111111 111111111111
  00000000 000000000000 22222222 55555555 66666666 77777777 88888888 99999999 999999999999 12341234 123412341234 12121212
  121212121212 123123123 123123123123 123321123321 112233445566 11223344 1122334455 147258369 147258369147 789456123
  159753456 741852963 abcdefgh abcdefghi abcdefghijkl abcdefghijklmnop abcd1234 abcd12345 abc12345 abc123456 abc123abc123
  a1b2c3d4 a1b2c3d4e5f6 aa123456 aa12345678 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 google123 facebook facebook1 linkedin twitter1
  goalservice goalservice1 goal-service correcthorse correcthorsebatterystaple thisisapassword thisismypassword
  ilovemyself summer2024 summer2025 summer2026 winter2024 winter2025 winter2026 spring2025 spring2026 autumn2025 autumn2026`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
