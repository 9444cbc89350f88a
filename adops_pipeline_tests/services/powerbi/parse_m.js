// Parses texts in M with Microsoft's parser: {name: text} on standard input, {name: error or ""} on standard output.
const { DefaultSettings, TaskUtils } = require(process.argv[2]);

async function main() {
  const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const errors = {};
  for (const [name, text] of Object.entries(texts)) {
    const task = await TaskUtils.tryLexParse(DefaultSettings, text);
    errors[name] = TaskUtils.isParseStageOk(task) ? "" : task.error.message;
  }
  console.log(JSON.stringify(errors));
}

main();
