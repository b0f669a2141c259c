// Writes to untyped.json where the type of an answer says nothing, or does not say what the raw answer says.
// Arguments: the caller (its exported type Answers is read), the folder of requests, the folder of answers.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [caller, requests, answers] = process.argv.slice(2);
const ts = createRequire(path.resolve(caller))("typescript");
const { config } = ts.readConfigFile(path.join(path.dirname(caller), "tsconfig.json"), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, path.dirname(caller));
const program = ts.createProgram([caller], options);
const checker = program.getTypeChecker();
const file = program.getSourceFile(caller);
const faults = [];
const { TypeFlags } = ts;
const SAYS_NOTHING = TypeFlags.Any | TypeFlags.Unknown | TypeFlags.NonPrimitive | TypeFlags.Never;
const SCALAR = TypeFlags.StringLike | TypeFlags.NumberLike | TypeFlags.BooleanLike | TypeFlags.Null | TypeFlags.Undefined;

const parts = (type) => (type.isUnion() ? type.types : [type]);
const typeOf = (property) => checker.getTypeOfSymbolAtLocation(property, file);
const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const isDate = (type) => type.symbol?.name === "Date";

function declared(type, place, seen) {
  for (const part of parts(type)) {
    if (part.flags & SAYS_NOTHING) {
      faults.push(`${place}: ${checker.typeToString(part)}`);
    } else if (part.flags & SCALAR || isDate(part) || seen.has(part)) {
      continue;
    } else if (checker.isArrayType(part)) {
      declared(checker.getTypeArguments(part)[0], `${place}/*`, seen);
    } else {
      seen.add(part);
      const properties = checker.getPropertiesOfType(part);
      if (properties.length === 0 || checker.getIndexInfosOfType(part).length > 0) {
        faults.push(`${place}: ${checker.typeToString(part)}`);
      }
      properties.forEach((property) => declared(typeOf(property), `${place}/${property.name}`, seen));
    }
  }
}

function fits(type, raw, place) {
  const options = parts(type);
  const flags = options.reduce((all, part) => all | part.flags, 0);
  if (Array.isArray(raw)) {
    const list = options.find((part) => checker.isArrayType(part));
    if (!list) faults.push(`${place}: not a list`);
    else raw.forEach((item, index) => fits(checker.getTypeArguments(list)[0], item, `${place}/${index}`));
  } else if (raw !== null && typeof raw === "object") {
    for (const [name, value] of Object.entries(raw)) {
      // Some generators write camelCase, and put _ before a word of the language.
      const property = [name, camel(name), `_${name}`]
        .flatMap((spelling) => options.map((part) => checker.getPropertyOfType(part, spelling)))
        .find((found) => found);
      if (!property) faults.push(`${place}/${name}: not in the type`);
      else fits(typeOf(property), value, `${place}/${name}`);
    }
  } else {
    const flag = { string: TypeFlags.StringLike, number: TypeFlags.NumberLike, boolean: TypeFlags.BooleanLike };
    const is = raw === null ? flags & TypeFlags.Null : flags & flag[typeof raw];
    if (!is && !(typeof raw === "string" && options.some(isDate))) {
      faults.push(`${place}: ${JSON.stringify(raw)} is no ${checker.typeToString(type)}`);
    }
  }
}

const symbol = checker.getExportsOfModule(checker.getSymbolAtLocation(file)).find(({ name }) => name === "Answers");
const all = checker.getDeclaredTypeOfSymbol(symbol);
const names = checker.getPropertiesOfType(all);
if (names.length !== 5) faults.push(`${names.length} answers instead of 5`);
for (const property of names) {
  const raw = JSON.parse(readFileSync(`${requests}/raw/${property.name}.json`, "utf8"));
  declared(typeOf(property), property.name, new Set());
  fits(typeOf(property), raw, property.name);
}
writeFileSync(`${answers}/untyped.json`, JSON.stringify(faults));
