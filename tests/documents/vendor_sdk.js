// Writes functions with the vendor's own client: descriptions as JSON on standard input, XML as JSON on standard output.
// What a description holds is said in tests/sdk_cases.py.
const { Xml } = require("@intacct/intacct-sdk");
const xmlbuilder = require("xmlbuilder");

function made(value) {
  if (Array.isArray(value)) return value.map(made);
  if (value === null || typeof value !== "object") return value;
  if (value.day) {
    const [year, month, day] = value.day.split("-").map(Number);
    return new Date(year, month - 1, day);
  }
  const { new: name, with: given = [], call = [], ...attributes } = value;
  const kind = require(`@intacct/intacct-sdk/dist/Functions/${name}`).default;
  const one = new kind(...given.map(made));
  for (const [attribute, held] of Object.entries(attributes)) one[attribute] = made(held);
  for (const [method, held] of call) one[method](...held.map(made));
  return one;
}

const wanted = JSON.parse(require("fs").readFileSync(0, "utf8"));
const written = wanted.map((description) => {
  const xml = new Xml.IaXmlWriter(xmlbuilder.create("content"));
  made(description).writeXml(xml);
  return xml.flush();
});
console.log(JSON.stringify(written));
