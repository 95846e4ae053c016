// SPDX-License-Identifier: MIT
'use strict';
// One expression a line; what Node says about them in program.js is what inspmort has to say.
module.exports = String.raw`
1 + 2 * 3 - 4 / 2 % 3
2 ** 10
2 ** 3 ** 2
(-2) ** 3
-five
+digits
+hex
-"3"
~five
!blank
!!str
1 / -0
0.1 + 0.2
1e21 + 1
123456789012345680000
1e-7
5e-324
1.7976931348623157e308
0b101 + 0o17 + 0xff
1_000_000
.5 + 5.
5 % -3
-5 % 3
5.5 % 2
1 / 0
-1 / 0
0 / 0
7 & 3 | 8 ^ 1
1 << 31
-1 >>> 0
-9 >> 1
5 >>> 33
big + 1n
big * big
big / 7n
big % 1000n
small ** 3n
small * -1n
-big
~5n
5n & 3n
-5n & 255n
-5n | 2n
5n ^ -1n
1n << 70n
-1025n >> 3n
0xffn + 0b11n
big > 5
big == 123456789012345678901234567890n
5n == 5
5n === 5
5n < 5.5
"5" == 5n
BigInt(9007199254740993)
BigInt("0x1f")
BigInt(1.5)
BigInt("x")
1n + 1
5n / 0n
typeof big
typeof U
typeof N
typeof str
typeof arrow
typeof symbol
typeof nosuch
typeof obj.f
typeof Math
typeof class_
U ?? "d"
N ?? U ?? zero
zero || five
T && str.length
zero && nosuch
T ? "y" : "n"
(1, 2, 3)
void 0
null == undefined
null === undefined
NaN == NaN
"1" == 1
true == 1
"" == 0
[] == ""
[1,2] == "1,2"
({}) == "[object Object]"
null >= 0
undefined >= 0
"b" > "a"
"B" > "a"
"10" < "9"
"10" < 9
[2] > 1
key === map.get("x")
shadowed
block
arg
rest
this.label
this === holder
outerLocal
Object.keys(obj)
Object.values(obj)
Object.entries(obj)
Object.getOwnPropertyNames(ascii.slice(0, 3))
Object.getOwnPropertyNames(ints)
Object.getOwnPropertySymbols(obj)
Reflect.ownKeys(obj)
Object.keys(dog)
Object.keys("abc")
Object.keys(holes)
Object.keys(null)
Object.entries(users[0])
Object.fromEntries(map)
Object.fromEntries([["x", 1], ["y", 2]])
Object.assign({}, obj, { a: 9 })
Object.getOwnPropertyDescriptor(obj, "a")
Object.getOwnPropertyDescriptor(ints, "length")
Object.getOwnPropertyDescriptor(error, "message")
Object.getOwnPropertyDescriptor(obj, "nope")
Object.getPrototypeOf(dog) === Dog.prototype
Object.getPrototypeOf(bare)
Object.is(nums[4], 0)
Object.is(NaN, nums[5])
Object.hasOwn(obj, "a")
Object.hasOwn(obj, "toString")
obj.hasOwnProperty("nested")
obj.propertyIsEnumerable("a")
ints.propertyIsEnumerable("length")
"a" in obj
"toString" in obj
2 in obj
1 in holes
symbol in obj
"x" in ascii
dog instanceof Dog
dog instanceof Animal
dog instanceof Object
dog instanceof Array
bare instanceof Object
map instanceof Map
map instanceof Set
ints instanceof Array
error instanceof TypeError
error instanceof Error
error instanceof RangeError
date instanceof Date
re instanceof RegExp
arrow instanceof Function
u8 instanceof Uint8Array
str instanceof String
boxed instanceof String
stack instanceof Stack
5 instanceof Number
dog instanceof 5
dog instanceof {}
obj.a
obj["b-c"]
obj[10]
obj["2"]
obj[symbol]
obj.nested.x.y.z
obj.nope
obj.nope.deeper
obj.nul.x
obj?.nope?.deeper
obj.nope?.[0]
obj.nope?.()
obj?.nested["x"]?.y.z
N?.x.y.z
(N?.x).y
U?.[nosuch]
und
nosuch.x
dog.name
dog.tricks[1]
dog.tricks.length
dog.constructor.name
dog.speak.name
Dog.name
Dog.length
Animal.count
Dog.count
dog.toString === Object.prototype.toString
arrow.length
arrow.name
arrow.toString()
str.length
str[1]
str[12]
str[13]
str.at(-1)
[...str].length
str.slice(6, 11)
str.slice(-8)
str.substring(5, 0)
str.substr(-8, 3)
str.charAt(1)
str.charAt(99)
str.charCodeAt(12)
str.charCodeAt(99)
str.codePointAt(12)
str.codePointAt(13)
str.indexOf("ö")
str.indexOf("😀")
str.indexOf("zzz")
str.indexOf("l", 4)
str.lastIndexOf("l")
str.lastIndexOf("l", 5)
str.includes("wör")
str.startsWith("hé")
str.startsWith("llo", 2)
str.endsWith("quotes\"")
str.toUpperCase()
str.toLowerCase()
"ÀÉß ΣΑΣ Жж İ".toUpperCase()
"ÀÉ ΑΒ ЖЁ".toLowerCase()
padded.trim()
padded.trimStart().length
padded.trimEnd().length
ascii.split(" ")
ascii.split("")
ascii.split(" ", 2)
ascii.split()
ascii.split(/\s+/)
ascii.split(/(o)/)
"".split(",")
"".split("")
csv.split("\n").map(l => l.split(","))
csv.trim().split("\n").slice(1).map(l => +l.split(",")[2])
"abc".padStart(6, "12")
"abc".padEnd(5)
"abc".padStart(2)
"ab".repeat(3)
"ab".repeat(0)
"ab".repeat(-1)
"a".concat("b", 1, null)
"a-b-a".replace("a", "$&$&")
"a-b-a".replaceAll("a", "x")
"a-b-a".replace("a", m => m.toUpperCase())
"John Smith".replace(/(\w+)\s(\w+)/, "$2, $1")
"John Smith".replace(/(?<first>\w+)\s(?<last>\w+)/, "$<last> $<first>")
"aaa".replace(/a/g, (m, i) => i)
"x".replace("x", "$$ $' $1")
"abc".replace(/(b)/, "[$1$2]")
"abcabc".replace(/b/gy, "x")
"aXbXc".replaceAll(/x/gi, "-")
"aXb".replaceAll(/x/i, "-")
"abc".localeCompare("abd")
lone.length
lone.isWellFormed()
[...lone].length
lone.charCodeAt(1)
"\u{1F600}".length
"a\tb\x41\u0042"
String.fromCharCode(104, 105, 55357, 56832)
String.fromCodePoint(128512, 97)
String(symbol)
String(null) + String(undefined) + String(true) + String(-0)
String([1, [2, 3], null, undefined])
String({})
String(users[0])
String(error)
String(re)
String(map)
` + '`a${five}b${obj.a + 1}c${`n${zero}`}`\n`line1\\n${str}`\n`${[1, 2]}`\n' + String.raw`
"" + symbol
symbol.toString()
symbol.description
unnamed.description
Symbol.iterator.toString()
"" + date.getTime()
str + 1 + null + undefined + true
1 + 2 + "3"
"3" * "4"
"a" - 1
[] + {}
[] + []
({}) + 1
[5] * 2
null + 1
undefined + 1
true + true
boxed + "!"
boxed.length
boxed[0]
boxedNumber + 1
boxedNumber.toFixed(1)
long.length
long.slice(-5)
long.slice(9998, 10003)
long.indexOf("END")
long.endsWith("END")
long === "abcdefghij".repeat(2000) + "END"
longWide.length
longWide.slice(-6)
longWide.slice(9999, 10004)
longWide.at(5000)
longWide.lastIndexOf("😀")
longWide.includes("ENDE")
/a(b+)c/.exec("xxabbbc")
/(?:x)?(y)|(z)/.exec("z")
re.exec("ABBC")
re.test("xabc")
re.source + re.flags
/^\d{3}-\d{4}$/.test("555-1234")
/^\d{3}-\d{4}$/.test("5555-1234")
"a1b22c333".match(/\d+/g)
"a1b22".match(/\d+/)
"abc".match(/x/)
"abc".match(/x/g)
"2026-01-15".match(/(?<y>\d{4})-(?<m>\d\d)/).groups.y
[..."a1b2".matchAll(/[a-z](\d)/g)].map(m => m[1] + m.index)
"foo.bar".search(/\./)
"cost: $42.50".match(/(?<=\$)\d+(\.\d+)?/)[0]
"price 30".match(/(?<!\$)\b\d+/)[0]
/(\w)\1/.exec("hello")[0]
/(?<q>['"]).*?\k<q>/.exec("say 'hi' now")[0]
/a.c/s.test("a\nc")
/a.c/.test("a\nc")
/^b/m.test("a\nb")
/\bfox\b/.test(ascii)
/[^\w\s]/.exec(str)[0]
/\u{1F600}/u.test(str)
/^.$/u.test("😀")
/^.$/.test("😀")
/[😀]/u.test(str)
/\p{L}+/u.exec("12héé!")[0]
/(a*)*b/.exec("aaab")
/(?:a|ab)(?:c|bcd)(?:d*)/.exec("abcd")[0]
/(z)((a+)?(b+)?(c))*/.exec("zaacbbbcac")
/a{2,3}/.exec("aaaa")[0]
/a{2,3}?/.exec("aaaa")[0]
/x*?y/.exec("xxy")[0]
/[a-c-e]+/.exec("ab-ed")[0]
/[\]\\]/.test("]")
/(?=a)*/.exec("a")
/(?=(a+))a*b\1/.exec("baaabac")
/\x41\cA?/.test("A")
/straße/i.test("STRAßE")
/É/i.test("é")
"aBc".replace(/[A-Z]/g, c => "_" + c.toLowerCase())
"a,b;c".split(/[,;]/)
"abc".split(/(?:)/)
"A<B>bold</B>and<CODE>coded</CODE>".split(/<(\/)?([^<>]+)>/)
new RegExp("a+", "g").flags
new RegExp("(")
new RegExp("a", "zz")
RegExp("[b-a]")
global.lastIndex
[re, global].map(r => r.global)
Number("12.5e1")
Number("")
Number("  12  ")
Number("12px")
Number("0b11")
Number("Infinity")
Number(null)
Number(undefined)
Number([7])
Number(true)
Number("1e1000")
Number(date)
parseInt("42px")
parseInt("0x1f")
parseInt("101", 2)
parseInt("z", 36)
parseInt("")
parseInt("-0")
parseInt("123456789012345678901")
parseFloat("3.14abc")
parseFloat(".5.5")
parseFloat("-Infinityx")
parseFloat("abc")
isNaN("x")
isFinite("5")
Number.isInteger(5.0)
Number.isSafeInteger(2 ** 53)
Number.EPSILON > 0
Number.MAX_SAFE_INTEGER
(255).toString(16)
(0.1).toString(2)
(-255.5).toString(36)
(1e21).toString(7).length
(1234.5678).toFixed(2)
(0.000001234).toFixed(8)
(1.005).toFixed(2)
(1e21).toFixed(2)
(2.5).toFixed(0)
(-1.5).toFixed(0)
(0).toFixed(2)
(123.456).toPrecision(4)
(0.00001).toPrecision(1)
(1e21).toPrecision(3)
(12345.6789).toExponential(2)
(0).toExponential()
(5).toString(1)
five.toFixed(101)
Math.max(...ints)
Math.min(...ints)
Math.max()
Math.max(1, NaN)
Math.min(0, -0)
Math.round(-0.5)
Math.round(2.5)
Math.round(-2.5)
Math.round(0.49999999999999994)
Math.sign(-3)
Math.trunc(minus)
Math.floor(minus)
Math.ceil(minus)
Math.abs(minus)
Math.hypot(3, 4)
Math.cbrt(27)
Math.log2(8)
Math.sqrt(2)
Math.atan2(1, 1)
Math.pow(2, 0.5)
Math.fround(5.5)
Math.clz32(1)
Math.imul(0xffffffff, 5)
Math.PI
nums
nums.length
nums[3]
nums[-1]
nums[99]
nums["0"]
nums.includes(NaN)
nums.indexOf(NaN)
nums.indexOf(0)
nums.at(-1)
ints.slice(1, 3)
ints.slice(-2)
ints.concat([1], 2, [[3]])
ints.join("-")
ints.join()
ints.toString()
ints.map(x => x * 2)
ints.map((x, i, a) => a.length - i)
ints.filter(x => x > 3)
ints.find(x => x > 5)
ints.find(x => x > 50)
ints.findIndex(x => x === 9)
ints.findIndex(x => x === 99)
ints.findLast(x => x > 2)
ints.findLastIndex(x => x > 100)
ints.some(x => x > 9)
ints.every(x => x > 0)
[].every(x => false)
[].some(x => true)
ints.every(x => x < 10)
ints.reduce((a, b) => a + b)
ints.reduce((a, b) => a + b, "")
ints.reduceRight((a, b) => a + "," + b)
[].reduce((a, b) => a)
[].reduce((a, b) => a, 5)
[...ints].sort()
[...ints].sort((a, b) => b - a)
[...words].sort()
[...words].sort((a, b) => a.localeCompare(b))
[...mixed].sort()
[3, undefined, 1, , 2].sort()
users.map(u => u.name).sort().reverse()
[...users].sort((a, b) => a.age - b.age).map(u => u.name)
[...ints].reverse()
ints.lastIndexOf(1)
[1, 2, 1].lastIndexOf(1, -2)
matrix.flat()
[1, [2, [3, [4]]]].flat(Infinity)
[1, [2, [3]]].flat()
users.flatMap(u => u.tags)
users.map(({ name, age = 0, ...others }) => [name, age, others])
users.map(({ tags: [first = "none"] }) => first)
users.reduce((m, u) => ({ ...m, [u.name]: u.age }), {})
users.filter(u => u.tags.length).map(u => u.name.toUpperCase())
users.find(u => u.age > 30)?.name
users.findIndex(u => !u.tags.length)
users.every(({ age }) => age > 18)
users.forEach(u => u)
Object.entries(users[0]).map(([k, v]) => k + "=" + v).join("&")
holes
holes.length
holes[1]
holes.map(x => x * 2)
holes.filter(x => true)
holes.forEach(x => x)
holes.indexOf(undefined)
holes.includes(undefined)
holes.join()
holes.find(x => x === undefined)
holes.findIndex(x => x === undefined)
holes.reduce((a, b) => a + b)
[...holes]
holes.flat()
Object.keys(holes)
holes.some(x => x === undefined)
[, 1, , 2, ,].length
[1, , 2]
[...[1, 2], ...new Set([3]), ..."ab", ...map.keys()].length
[...ints.entries()]
[...ints.keys()]
[...ints.values()]
Array.isArray(ints)
Array.isArray(stack)
Array.isArray({ length: 1 })
Array.from("héy")
Array.from({ length: 3 }, (_, i) => i * i)
Array.from(set)
Array.from(map, ([k, v]) => typeof k)
Array.from({ length: 2, 0: "a", 1: "b" })
Array.of(1, 2)
Array(3)
Array(3).fill(0)
new Array(1, 2)
Array.prototype.slice.call({ length: 2, 0: "a", 1: "b" })
Array.prototype.map.call("abc", c => c + c)
[3, 1, 2].toString()
stack.length
stack
many.length
many[12345].square
many.at(-1)
many.filter(m => m.i % 5000 === 0).map(m => m.square)
many.find(m => m.square > 1e6)
many.findLast(m => m.square < 1e6).i
many.slice(19998)
many.map(m => m.i).reduce((a, b) => a + b)
many.some(m => m.i === 19999)
numbers.slice(5000, 5005)
numbers.indexOf(961)
numbers.includes(-1)
numbers.reduce((a, b) => a + b)
[...numbers].sort((a, b) => a - b).slice(-3)
Math.max(...numbers)
Object.keys(wide).length
wide.key5999
wide.key6000
Object.values(wide).reduce((a, b) => a + b)
"key3000" in wide
dictionary.size
dictionary.get("k8999")
dictionary.has("k9000")
[...dictionary.values()].reduce((a, b) => a + b)
map
map.size
map.get("a")
map.get("b").deep
map.get(NaN)
map.get(0)
map.get(key)
map.get({ k: 1 })
map.has("zzz")
[...map.keys()]
[...map.values()]
[...map].length
[...map.entries()][0]
map.keys().next()
Array.from(map.entries(), ([k]) => String(k))
map.forEach(v => v)
(() => { let n = 0; map.forEach((v, k) => { n += typeof k === "string" ? 1 : 0; }); return n; })()
set
set.size
set.has(NaN)
set.has(key)
[...set]
[...set].filter(x => typeof x === "number")
new Map([[1, 2]]).get(1)
new Map(map).size
new Map([["x", 1]]).set("y", 2)
new Set("hello")
new Set([1, 1, NaN, NaN, 0, -0])
new Set(users.map(u => u.age > 30)).size
new Map(users.map(u => [u.name, u])).get("bob").age
new Map([1])
new Set(5)
Map()
date
date.getTime()
+date
date.toISOString()
date.toJSON()
date.getUTCFullYear()
date.getUTCMonth()
date.getUTCDate()
date.getUTCDay()
date.getUTCHours()
date.getUTCMinutes()
date.getUTCMilliseconds()
date.getFullYear()
date.getHours()
date.getTimezoneOffset()
date.toUTCString()
date.toString()
date.toDateString()
old.toISOString()
invalid.getTime()
invalid.toJSON()
invalid.toISOString()
String(invalid)
date > new Date(0)
date - new Date(0)
date + 1
new Date(2026, 1, 30).getTime() - new Date(2026, 2, 2).getTime()
new Date("2026-01-15T09:30:00Z").getTime()
new Date("2026-01-15").getTime()
new Date("2026-01-15T09:30:00+02:00").getTime()
new Date(8.64e15 + 1).getTime()
Date.UTC(2000, 1, 29)
Date.parse("2020-02-30T00:00:00Z")
Date.parse("nonsense")
new Date(date).getTime() === date.getTime()
u8
u8.length
u8[2]
u8[3]
u8.byteLength
u8.at(-1)
[...u8]
Array.from(u8, x => x * 2)
u8.reduce((a, b) => a + b)
u8.includes(255)
u8.join("-")
i16[0]
[...i16]
i16.byteLength
f64[0]
[...f64]
b64[0]
[...b64]
sub[0]
sub.byteOffset
[...sub]
clamped[0]
u8.buffer.byteLength
u8.constructor.name
buf.toString()
buf.toString("hex")
buf.toString("base64")
buf.toString("latin1")
buf.toString("ascii")
buf.toString("utf8", 6, 9)
bytes.toString("base64url")
bytes.toString("utf16le").length
buf.length
buf[0]
buf.slice(0, 5).toString()
buf.subarray(-3).toString("hex")
buf.includes("wör")
buf.indexOf("l", 4)
buf.indexOf(0x6f)
buf.equals(Buffer.from("hello wörld"))
buf.equals(bytes)
JSON.parse(body.toString()).name
JSON.parse(body).id
JSON.stringify(bytes)
bytes.readUInt16LE(0)
bytes.readUInt16BE(2)
bytes.readInt16BE(2)
bytes.readUInt32BE(0)
bytes.readInt32LE(4)
bytes.readInt8(2)
Buffer.from("aGVsbG8=", "base64").toString()
Buffer.from("68656c6c6f", "hex").toString()
Buffer.from([104, 105]).toString()
Buffer.concat([buf.slice(0, 2), Buffer.from("!")]).toString()
Buffer.isBuffer(buf)
Buffer.isBuffer(u8)
Buffer.byteLength("é")
String(buf)
buf + "!"
[...buf.entries()][1]
u8.map(x => x * 2)
u8.filter(x => x > 1)
u8.slice(1)
[...u8.subarray(0, 2)]
u8.toString()
f64.map(x => x / 2)
new Uint8Array([1, 300, -1])
new Uint8ClampedArray([300, -1, 1.5])
new Float32Array([0.1])[0]
new Uint8Array(3)
new Int16Array([1, 2]).byteLength
error.message
error.name
error.cause
error.stack.split("\n")[0]
error.toString()
Object.keys(error)
error.constructor === TypeError
new Error("x").message
new RangeError("r", { cause: five }).cause
new Error("x") instanceof Error
cyclic.self.self.name
cyclic.self === cyclic
JSON.stringify(cyclic).length
JSON.stringify(obj)
JSON.stringify(users)
JSON.stringify(users, null, 2)
JSON.stringify(users, ["name"])
JSON.stringify({ a: [1, { b: 2 }] }, null, "--")
JSON.stringify(users, (k, v) => typeof v === "number" ? v * 2 : v)
JSON.stringify(holes)
JSON.stringify(map)
JSON.stringify(date)
JSON.stringify({ d: date, u: undefined, f: arrow, s: symbol, n: NaN, i: Infinity })
JSON.stringify([undefined, arrow, symbol])
JSON.stringify(undefined)
JSON.stringify(arrow)
JSON.stringify("a\u2028\"\\\n\u0001")
JSON.stringify(lone)
JSON.stringify(str)
JSON.stringify(big)
JSON.stringify(boxed)
JSON.stringify({ toJSON() { return 5; } })
JSON.stringify(bare)
JSON.stringify([]) + JSON.stringify({})
JSON.stringify([[]], null, 1)
JSON.stringify(-0)
JSON.stringify(1e21)
JSON.parse(json)
JSON.parse(json).a[2].b
JSON.parse("3")
JSON.parse('{"a":1,"a":2}').a
JSON.parse("[1,2,3]", (k, v) => Array.isArray(v) ? v : v * 2)
({ a: 1, ["b" + 1]: 2, "c d": 3, 5: 4, five, ...obj.nested })
({ ...users[0], age: 1 })
({ ...null, ...undefined, ...5, ..."ab" })
({ f(x) { return x + 1; } }).f(1)
({ get g() { return 7; } }).g
({ __proto__: null, a: 1 })
({ a: { b: [1] } }).a.b[0]
[1, 2, 3].at()
((a, b = 2, ...c) => [a, b, c])(1, undefined, 3, 4)
(({ a, b: { c } }) => a + c)({ a: 1, b: { c: 2 } })
(function () { return arguments.length; })(1, 2, 3)
(function f(n) { return n; })(5)
((n) => { const f = (k) => k < 2 ? k : f(k - 1) + f(k - 2); return f(n); })(15)
(() => { let s = 0; for (const n of ints) s += n; return s; })()
(() => { let s = ""; for (const k in obj) s += k; return s; })()
(() => { let s = 0; for (let i = 0; i < 10; i++) { if (i === 3) continue; if (i === 6) break; s += i; } return s; })()
(() => { let i = 0; while (true) { if (i++ > 4) break; } return i; })()
(() => { let i = 0; do { i += 2; } while (i < 5); return i; })()
(() => { const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); return fs.map(f => f()); })()
(() => { try { null.x; } catch (e) { return e.message; } })()
(() => { try { return 1; } finally { zero; } })()
(() => { try { throw { code: 5 }; } catch ({ code }) { return code; } })()
(() => { switch (five) { case 1: return "a"; case 5: return "b"; default: return "c"; } })()
(() => { switch (9) { case 1: return "a"; default: return "c"; } })()
(() => { const o = {}; o.a = 1; o["b"] = 2; o.a += 5; o.c ??= 3; delete o.b; return o; })()
(() => { const a = [1, 2, 3]; a.push(4); a[5] = 6; a.length = 6; const p = a.shift(); a.unshift(9, 8); return [a, p, a.pop()]; })()
(() => { const a = [1, 2, 3, 4, 5]; const r = a.splice(1, 2, "x"); return [a, r]; })()
(() => { let [a, , b = 5, ...c] = [1, 2, undefined, 4, 5]; [a, b] = [b, a]; return [a, b, c]; })()
(() => { const { a, ...r } = { a: 1, b: 2, c: 3 }; return r; })()
(() => { const m = new Map(); for (const u of users) m.set(u.age > 30, (m.get(u.age > 30) ?? 0) + 1); return m; })()
(() => { const c = 1; c = 2; })()
(() => { x; let x = 1; })()
(() => { if (T) { var v = 3; } return v; })()
(() => { function hoisted() { return 8; } return hoisted(); })()
(() => hoistedLater())() === 1
(() => { let n = 5; n++; ++n; n--; n **= 2; n <<= 1; return n; })()
(() => { const s = new Set([1]); s.add(2); s.delete(1); return s; })()
(() => { throw new RangeError("mine"); })()
(() => { throw 5; })()
five()
five.x.y
nums.nosuch()
obj.a()
obj.nested.x()
(void 0)()
N.x
null[zero]
undefined.foo()
obj.nope()
users.__proto__ === Array.prototype
({}).__proto__ === Object.prototype
Object.defineProperty({}, "x", { value: 5, enumerable: true })
Object.defineProperty({}, "x", { get() { return 6; } }).x
Object.keys(Object.defineProperty({ a: 1 }, "x", { value: 5 }))
Object.setPrototypeOf({ a: 1 }, null)
[...(function* () { yield 1; yield* [2, 3]; return 4; })()]
[...(function* (n) { for (let i = 0; i < n; i++) if (i % 2) yield i; })(6)]
Array.from((function* () { yield* users.map(u => u.name); })())
users.map(5)
users.map(u => u.nope.x)
new five()
new obj.a()
const_
isNaN(symbol)
[...five]
[...obj]
(([a]) => a)(null)
(({ a }) => a)(null)
(([a]) => a)(5)
Symbol() + ""
five in five
"x".nope.y
encodeURIComponent("a b&c/é😀")
decodeURIComponent("a%20b%C3%A9")
decodeURIComponent("%")
encodeURI("http://x/ü?q=1#h")
Object.prototype.toString.call(null)
Object.prototype.toString.call(ints)
Object.prototype.toString.call(map)
Object.prototype.toString.call(date)
Object.prototype.toString.call(dog)
arrow.call === Function.prototype.call
(function () { return this.label; }).call(this)
(function (a, b) { return a + b; }).apply(null, [1, 2])
Math.max.apply(null, ints)
Reflect.has(obj, "a")
Reflect.get(obj, "a")
Reflect.apply(Math.max, null, [1, 5])
globalThis === undefined
typeof globalThis
globalThis.Math.max(1, 2)
typeof globalThis.JSON
globalThis.process.version === process.version
globalThis.nosuch
[1, 2, 3].includes("2")
"abc" < "abd" && "a" < "b"
0 === -0
[1, 2, 3] + ""
[[1, 2], [3]] + ""
[undefined, null] + ""
!!document_
(() => { outer: for (let i = 0; i < 3; i++) { for (let j = 0; j < 3; j++) { if (j == 1) continue outer; if (i == 2) break outer; } } return "done"; })()
(() => { a: { break a; } return 1; })()
(function* () { yield 1; })().next()
Array.from({ *[Symbol.iterator]() { yield 1; yield 2; } })
typeof (async () => 1)
({ get a() { return 1; }, set a(v) {} }).a
({ get a() { return this.b; }, b: 7 }).a
({ set a(v) { this.b = v; }, b: 1 })
(() => { const o = { set a(v) { this.b = v; } }; o.a = 4; return o.b; })()
"2026-01-15".match(/(?<y>\d+)-(?<m>\d+)/).groups.y
"2026-01-15".replace(/(?<y>\d+)-(?<m>\d+)/, "$<m>/$<y>")
/(?<=\$)\d+/.exec("a $42")[0]
/(?<!\$)\b\d+/.exec("$42 17")[0]
(() => { const r = /a/y; r.lastIndex = 1; return [r.test("ba"), r.lastIndex, r.test("ba")]; })()
/\p{Lu}/u.test("É")
/\u{1f600}/u.test("😀")
[..."a1b2".matchAll(/\d/g)].map((m) => m.index)
/a(?<x>b)?/d.exec("ab").indices[0]
(1234567.891).toLocaleString()
(0).toLocaleString()
(-1234.5).toLocaleString("en-US")
new Date(0).toISOString()
new Date(0).toString()
new Date(0).toUTCString()
new Date(0).toDateString()
new Date(0).toTimeString()
new Date(0).toLocaleDateString("en-US")
new Date(0).toLocaleTimeString("en-US")
new Date(0).toLocaleString("en-US")
new Date(0).toLocaleString()
new Date(0).toJSON()
new Date(2026, 0, 31).getTime()
new Date("2026-03-04T05:06:07Z").getDay()
Date.UTC(2026, 1)
Date.parse("2026-03-04T05:06:07.089+02:00")
new Date("nope").getTime()
new Date(0) - new Date(-5)
typeof Date.now()
10n ** 20n
BigInt.asUintN(8, 257n)
BigInt.asIntN(8, 255n)
(255n).toString(16)
-7n / 2n
new Uint8Array([1, 2, 3]).map((x) => x * 100)
new Float32Array([1.1])[0]
new Uint16Array([5, 1, 4]).sort().join()
Array.from(new Uint8Array([1, 2]).entries())
Uint8Array.from([1, 2]).toString()
Buffer.from("héllo").toString("hex")
Buffer.from("aGk=", "base64").toString()
(() => { const { a, b: { c = 5, ...r }, ...rest } = { a: 1, b: { d: 2 }, e: 3 }; return [a, c, r, rest]; })()
(() => { const [a, , b = 9, ...c] = [1, 2, undefined, 4, 5]; return [a, b, c]; })()
(({ a, b = 2 }, [c, d] = [3, 4]) => [a, b, c, d])({ a: 1 })
(() => { let a, b; [a, b] = [1, 2]; ({ x: a, y: b = 5 } = { x: 7 }); return [a, b]; })()
(() => { for (const [k, v] of Object.entries({ a: 1 })) return k + v; })()
undefined?.()
({ f() { return 5; } }).f?.()
Math.max?.(1, 2)
((a) => a)?.(3)
(1, 2)
new Set("hello").size
new RangeError("y", { cause: 1 }).cause
new Array(3).length
new Object()
new String("a").length
new Number(5) + 1
new Boolean(false) ? 1 : 2
Symbol.for("x").description
[3, 1, 2].toSorted()
[1, 2, 3].with(1, 9)
[1, 2, 3].toSpliced(0, 1)
[1, 2, 3].findLast((x) => x < 3)
[1, [2, [3]]].flat(Infinity)
[1, 2].flatMap((x) => [x, x])
[..."ab"].entries().next()
"abc".at(-1)
"a-b".replaceAll("-", "+")
"x".localeCompare("y")
["b", "a", "C"].sort((a, b) => a.localeCompare(b))
"ß".toUpperCase()
encodeURIComponent("a b&ü")
decodeURIComponent("%C3%BC")
JSON.parse('{"a":[1,2]}', (k, v) => typeof v === "number" ? v + 1 : v)
JSON.stringify({ a: 1, b: [1] }, ["a"])
(() => { switch (3) { case 1: return "a"; case 3: return "b"; default: return "c"; } })()
(() => { let s = ""; for (const k in { a: 1, b: 2 }) s += k; return s; })()
(() => { let i = 0; do { i++; } while (i < 5); return i; })()
(() => { var x = 1; { var x = 2; } return x; })()
(function f(n) { return n < 2 ? 1 : n * f(n - 1); })(10)
((a, b) => a + b).length
(() => { let a = { n: null }; a.n ??= 5; a.z ||= 1; a.n &&= 7; return a; })()
[1, 2, 3].reduce((a, b) => a + b)
Array.prototype.slice.call({ 0: "a", 1: "b", length: 2 })
Math.imul(3, 4)
Math.log1p(0)
Number.parseFloat("1.5x")
Reflect.has({ a: 1 }, "a")
Reflect.getPrototypeOf([]) === Array.prototype
Reflect.apply(Math.max, null, [1, 2])
Object.freeze({ a: 1 }).a
Object.isFrozen(Object.freeze({}))
Object.defineProperty({}, "a", { value: 1 }).a
Object.create({ a: 1 }).a
[1, 2, 3].includes(2)
[, 1].length
Array.of(7)
[..."😀a"].length
"😀".codePointAt(0)
String.fromCodePoint(128512)
String.fromCharCode(97)
"abc".split("")
"a,b".split(/,/)
(() => { const m = new Map(); m.set("a", 1); return [...m.keys()]; })()
(() => { const o = { a: 1 }; delete o.a; return o; })()
"abc".isWellFormed()
(() => { let r = []; for (let i of [1,2,3]) { if (i == 2) continue; r.push(() => i); } return r.map(f => f()); })()
[10, 9, 1].sort()
"abc".substring(2, 0)
"%E0%A4%A".length
decodeURIComponent("%E0%A4%A")
Array.from("abc", (c, i) => c + i)
Array.from({ length: 3 }, (_, i) => i)
Object.entries([7, 8])
isFinite("12")
(12.345).toFixed(1)
(25).toString(36)
"\x41\u0042\u{43}"
0.1 * 3
void 0 ?? "x"
typeof typeof 1
(1e21).toLocaleString()
NaN.toLocaleString()
[1234.5, 2].toLocaleString()
[...new Map([[1,2]]).entries()].flat()
new (function F(a) { this.a = a; })(3).a
Function.prototype.call.call(function () { return this.x; }, { x: 9 })
((...a) => a.length).apply(null, [1, 2])
(() => { const r = []; a: for (const x of [1,2,3]) { for (const y of [1,2,3]) { if (y === 2) continue a; if (x === 3) break a; r.push([x, y]); } } return r; })()
(() => { let n = 0; l: while (true) { do { n++; if (n > 5) break l; } while (true); } return n; })()
(() => { x: try { break x; } finally { for (;;) break; } return "after"; })()
(() => { s: switch (1) { case 1: for (;;) { break s; } case 2: return "no"; } return "yes"; })()
(() => { a: for (let i = 0; ; i++) { try { if (i > 2) break a; continue a; } finally { if (i > 9) return "bad"; } } return "ok"; })()
(() => { foo: bar: for (;;) { break foo; } return 1; })()
((o) => { o.x = 5; return [o.y, o.x]; })({ get x() { return "g"; }, set x(v) { this.y = v; } })
Object.getOwnPropertyDescriptor({ get a() { return 1; }, set a(v) {} }, "a").set.length
Object.keys({ set q(v) {} })
String.raw({ raw: ["a", "b", "c"] }, 1, 2, 3)
String.raw({ raw: "abc" }, 0, 1)
[...{ *[Symbol.iterator]() { yield 1; yield 2; } }]
[...{ [Symbol.iterator]() { let i = 0; return { next: () => ({ value: i, done: i++ > 2 }) }; } }]
new Set({ *[Symbol.iterator]() { yield 1; yield 1; } })
(() => { for (const x of { *[Symbol.iterator]() { yield 7; } }) return x; })()
(() => { const [a, b] = { *[Symbol.iterator]() { yield 7; yield 8; } }; return a + b; })()
/(a)(?<q>b)?/d.exec("xac").indices
/(?<q>b)/d.exec("ab").indices.groups.q
/a/v.test("ba")
/[\p{L}]/v.test("1a")
new Date(Date.UTC(2026, 10, 3, 13, 4, 5)).toLocaleString()
new Date(Date.UTC(2026, 10, 3, 0, 4, 5)).toLocaleTimeString()
new Date(NaN).toLocaleDateString()
new Date(0).toTimeString()
[1234567.5, null, , "x", 5n].toLocaleString()
BigInt.asUintN(64, -1n)
BigInt.asIntN(64, 2n ** 63n)
BigInt.asIntN(0, 5n)
BigInt.asIntN(1, 1n)
BigInt.asUintN(-1, 1n)
Uint8Array.from([1, 300, "5"])
Uint8Array.from("123", (x) => x * 2)
Float64Array.of(1, 2.5)
(function f(n) { return n ? f(n - 1) + 1 : 0; })(5)
(function f() { return typeof f; })()
(() => { function g() { return g.name; } return g(); })()
(() => { const h = function g(n) { return n > 0 ? g(n - 1) : "end"; }; return h(3); })()
((f) => f.name)(function () {})
`;
module.exports = module.exports.split('\n').filter((line) => line !== '');
// What a template cannot hold.
module.exports.push('String.raw`a\\n${1}b`', '((s, ...v) => s.raw.join("|") + v.join(","))`x${1}\\ty${2}z`', '`${`nested ${1 + 1}`}`', '`${invalid}`', '((...a) => a)`a${1}b${2}c`', 'obj.nope`x`',
	'((s) => Object.isFrozen(s) && Object.isFrozen(s.raw))`a`', '({ t(s) { return this.n + s[0]; }, n: 5 }).t`x`', '`a${1}b${`c${2}d`}e`.length');
