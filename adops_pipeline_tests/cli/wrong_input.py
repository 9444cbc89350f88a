"""The table of wrong inputs: a command line, the words that its one line must have, and the exit code.

In a line `{name}` stands for a file of `files_in`, and `{!}` for a hostile text (one row for each of `HOSTILE`).
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_FILES = {
    "empty": b"",
    "blank": b" \n",
    "latin": b"variant,unit\n\xff\xfe\xe9",
    "list.json": b"[1]",
    "broken.json": b"{",
    "deep.json": b"[" * 20_000,
    "no_curves.json": b'{"curvs": []}',
    "half_curve.json": b'{"curves": [{"name": "a", "beta": 1}]}',
    "curves.json": b'{"curves": [{"name": "a", "beta": 1, "half_saturation": 10, "slope": 1, "min": 0, "max": 100}]}',
    "three.csv": b"variant,unit,numerator,denominator\nA,1,1,2\nB,1,1,2\nC,1,1,2\n",
    "negative.csv": b"variant,unit,numerator,denominator\nA,1,-1,2\nB,1,1,2\n",
    "nan.csv": b"variant,unit,numerator,denominator\nA,1,nan,2\nB,1,1,2\n",
    "words.csv": b"variant,unit,numerator,denominator\nA,1,1,2\nB,1,many,2\n",
    "header.csv": b"variant,unit,numerator,denominator\n",
    "columns.csv": b"variant,unit,clicks\nA,1,1\n",
}
HOSTILE = (
    "\x1b[31mred\x07",
    "two\nlines",
    "\u202egnp.exe",
    "../../etc/passwd",
    "'; DROP TABLE campaigns; --",
    "<script>alert(1)</script>",
    "[bold]markup[/bold]",
    "[/red]",
    "%s%n{0}",
    "=1+1",
    "\udcff\udcfe",
    "y" * 5000,
)


def files_in(folder: Path) -> None:
    """Write the files of every wrong kind, and a folder called `folder`."""
    for name, content in _FILES.items():
        (folder / name).write_bytes(content)
    (folder / "folder").mkdir()
    (folder / "file.toml").write_text("")


@dataclass(frozen=True)
class Wrong:
    """A command line without `adops`, what its error must say, its exit code, and what stands on standard input."""

    line: str
    says: tuple[str, ...] = field(default=())
    code: int = 2
    stdin: str = ""
    hostile: str | None = None

    def __init__(self, line: str, *says: str, code: int = 2, stdin: str = "", hostile: str | None = None) -> None:
        for name, value in {"line": line, "says": says, "code": code, "stdin": stdin, "hostile": hostile}.items():
            object.__setattr__(self, name, value)

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line)

    def arguments(self, place: Path) -> list[str]:
        """The arguments, with files in ``place``."""
        return [self._filled(word, place) for word in self.words]

    def _filled(self, word: str, place: Path) -> str:
        if self.hostile is not None:
            word = word.replace("{!}", self.hostile)
        for name in (*_FILES, "folder", "missing"):
            word = word.replace(f"{{{name}}}", str(place / name))
        return word

    def variables(self, place: Path) -> Mapping[str, str]:
        """The line as settings: NAME=VALUE words."""
        return dict(word.split("=", 1) for word in self.arguments(place) if "=" in word)


def _hostile(line: str, *says: str, code: int = 2, most: int = len(HOSTILE)) -> Iterator[Wrong]:
    for text in HOSTILE[:most]:
        yield Wrong(line, *says, code=code, hostile=text)


_UNITS = "ab-test --metric cpa --units"
_COUNTS = "ab-test --metric ctr --b 1/2 --a"
_SIZE = "sample-size --baseline 0.03"
_SHOP = "webhook create Shop --workflow pacing-check --verify api-key"
_CHECK = "workflow run pacing-check"
_NOTE = "memory remember trader observation --action"

ROWS: tuple[Wrong, ...] = (
    # run, up, serve, open, sandbox, doctor
    Wrong("run --as-of 2999-01-01", "--as-of 2999-01-01 is in the future"),
    Wrong("run --as-of 2026-13-01", "--as-of '2026-13-01' is not a date"),
    Wrong("run --days 1e3", "--days '1e3' is not a whole number"),
    Wrong("run --days 99999999999999999999999", "--days", "is above 1100"),
    *_hostile("run --as-of {!}", "adops run: --as-of", "is not a date"),
    *_hostile("up {!}", "adops up: it takes fewer arguments"),
    *_hostile("serve --port {!}", "adops serve: --port", "is not"),
    *_hostile("open {!}", "there is no page"),
    *_hostile("sandbox {!}", "adops sandbox: it takes fewer arguments"),
    *_hostile("doctor {!}", "adops doctor: it takes fewer arguments"),
    Wrong("open pcaing", "did you mean /pacing?"),
    Wrong("open /campaign", "did you mean /campaigns?"),
    # sql, tables, todo
    Wrong("sql ''", "give one statement", code=1),
    Wrong("sql 'SELEC 1'", 'syntax error at or near "SELEC" (line 1)', code=1),
    Wrong("sql 'FROM campaign'", 'Table with name campaign does not exist! Did you mean "campaigns"?', code=1),
    Wrong("sql 'SELECT spned FROM analytics_metrics'", '"spned" not found', '"spend"', code=1),
    Wrong("sql 'DROP TABLE campaigns'", "DROP is not answered: the snapshot is read-only", code=1),
    Wrong("sql 'SELECT 1; SELECT 2'", "give one statement at a time; this has 2", code=1),
    Wrong("sql \"COPY campaigns TO 'x'\"", "COPY is not answered", code=1),
    Wrong("sql \"FROM read_text('/etc/hostname')\"", "read_text is not answered", code=1),
    Wrong("sql 'FROM campaigns' --as-of 2020-01-01", "`adops run --as-of 2020-01-01` creates it", code=1),
    Wrong("sql 'FROM range(11)' --rows 10", "allow more with --rows", code=1),
    Wrong("sql 'SELECT 1' --timeout nan", "--timeout 'nan' is not a number"),
    *_hostile('sql "SELECT {!}"', code=1),
    Wrong("tables campaign", "there is no table 'campaign'; did you mean campaigns?; `adops tables` lists them"),
    Wrong("tables ''", "there is no table ''"),
    *_hostile("tables {!}", "there is no table", "`adops tables` lists them"),
    *_hostile("tables campaigns {!}", "it takes fewer arguments"),
    Wrong("todo --platform ''", "--platform '' is none of"),
    Wrong("todo --platform google", "--platform 'google' is none of", "did you mean google-ads?"),
    *_hostile("todo --platform {!}", "--platform", "is no"),
    # export
    Wrong("export", "name a table or view"),
    Wrong("export campaign", "TABLE: there is no table or view 'campaign'; did you mean campaigns?"),
    Wrong("export campaigns --columns nmae", "--columns: campaigns has no column 'nmae'; did you mean name?"),
    Wrong("export campaigns --columns id,id", "--columns: names a column twice"),
    Wrong("export analytics_metrics --from 2025-11-10 --to 2025-11-01", "--to: must be on or after from"),
    Wrong("export campaigns --from 2025-11-10", "--from: campaigns has no such filter; it has"),
    Wrong("export campaigns --platform google", "--platform: 'google' is not one of", "did you mean google-ads?"),
    Wrong("export campaigns --status runing", "--status: 'runing' is not one of draft, active"),
    Wrong("export campaigns --currency EURO", "--currency: 'EURO' is not a currency code of ISO 4217"),
    Wrong("export campaigns --currency ZZZ", "--currency: 'ZZZ' is not a currency code"),
    Wrong("export campaigns --project nowhere", "there is no project 'nowhere'"),
    Wrong("export campaigns --output {folder}", "folder cannot be written: Is a directory", code=1),
    Wrong("export campaigns --output {missing}/x.csv", "cannot be written: No such file or directory", code=1),
    Wrong("export campaigns --all", "leave campaigns out"),
    Wrong("export --all --formats exel", "--formats: exel is none of", "csv, json, parquet, xlsx, powerbi"),
    Wrong("export campaigns --formats csv", "--formats and --folder go with --all"),
    Wrong("export campaigns --folder x", "--formats and --folder go with --all"),
    Wrong("export --all --folder {empty}", "cannot be written: Not a directory", code=1),
    # normalize
    Wrong("normalize google {list.json}", "PLATFORM 'google' is none of", "did you mean google-ads?"),
    Wrong("normalize google-ads {missing}", "missing: there is no such file"),
    Wrong("normalize google-ads {folder}", "folder is a folder; name a file"),
    Wrong("normalize google-ads {empty}", "empty is empty"),
    Wrong("normalize google-ads {blank}", "blank is empty"),
    Wrong("normalize google-ads -", "standard input is empty"),
    Wrong("normalize meta-ads {list.json} --account-currency EURO", "--account-currency 'EURO' is not"),
    Wrong("normalize meta-ads {list.json} --account-currency ZZZ", "--account-currency 'ZZZ' is not"),
    Wrong("normalize meta-ads {list.json} --account-currency ''", "--account-currency '' is not"),
    *_hostile("normalize meta-ads {list.json} --account-currency {!}", "--account-currency", "is not"),
    # ab-test
    Wrong("ab-test --metric ctr", "give either --a and --b (successes/trials each) or --units FILE.csv"),
    Wrong("ab-test --metric ctr --a 1/2", "give either --a and --b"),
    Wrong("ab-test --metric ctrr --a 1/2 --b 1/2", "--metric 'ctrr'; did you mean ctr?"),
    Wrong(f"{_COUNTS} x", "--a 'x' is not successes/trials, e.g. 912/40100"),
    Wrong(f"{_COUNTS} 1/2/3", "--a '1/2/3' is not successes/trials"),
    Wrong(f"{_COUNTS} 5/2", "--a '5/2' has more successes than trials"),
    Wrong(f"{_COUNTS} -5/2", "--a '-5/2' has a negative number"),
    Wrong(f"{_COUNTS} nan/10", "--a 'nan/10' must be two finite numbers"),
    Wrong(f"{_COUNTS} inf/inf", "--a 'inf/inf' must be two finite numbers"),
    Wrong(f"{_COUNTS} 1/2 --alpha 0", "--alpha 0.0 is not between 0 and 1"),
    Wrong(f"{_COUNTS} 1/2 --alpha nan", "--alpha nan is not between 0 and 1"),
    Wrong(f"{_COUNTS} 1/2 --split 1.5", "--split 1.5 is not A's share"),
    Wrong("ab-test --metric cvr --a 1/2 --b 1/2 --split 0.5", "--split cannot be checked on clicks"),
    Wrong("ab-test --metric cpa --a 1/2 --b 1/2", "--metric cpa: This metric is a ratio of two sums"),
    Wrong("ab-test --metric cpa --a 1/2 --b 1/2 --method z", "--method z with --metric cpa"),
    Wrong(f"{_UNITS} {{missing}}", "--units", "missing: there is no such file"),
    Wrong(f"{_UNITS} {{folder}}", "--units", "is a folder; name a file"),
    Wrong(f"{_UNITS} {{empty}}", "--units", "is empty"),
    Wrong(f"{_UNITS} {{latin}}", "--units", "is not UTF-8 text (byte 14 is wrong)"),
    Wrong(f"{_UNITS} {{columns.csv}}", "line 1: the columns numerator, denominator are missing"),
    Wrong(f"{_UNITS} {{words.csv}}", "line 3: numerator and denominator must be numbers"),
    Wrong(f"{_UNITS} {{three.csv}}", "three.csv: A comparison needs exactly two variants"),
    Wrong(f"{_UNITS} {{header.csv}}", "header.csv has no rows below its header"),
    Wrong(f"{_UNITS} {{negative.csv}}", "negative.csv: Counts and amounts cannot be negative"),
    Wrong(f"{_UNITS} {{nan.csv}}", "nan.csv: "),
    Wrong(f"{_UNITS} {{three.csv}} --a 1/2", "give either --a and --b"),
    # sample-size
    Wrong(f"{_SIZE}", "give exactly one of --lift-abs and --lift-rel"),
    Wrong(f"{_SIZE} --lift-abs 0.1 --lift-rel 0.1", "give exactly one of --lift-abs and --lift-rel"),
    Wrong(f"{_SIZE} --lift_rel 0.1", "did you mean --lift-rel?"),
    Wrong(f"{_SIZE} --lift-abs 0", "the lift must be a number other than 0"),
    Wrong(f"{_SIZE} --lift-abs nan", "the lift must be a number other than 0"),
    Wrong(f"{_SIZE} --lift-rel inf", "the lift must be a number other than 0"),
    Wrong(f"{_SIZE} --lift-abs 0.99", "which is no share between 0 and 1"),
    Wrong(f"{_SIZE} --lift-rel 0.1 --alpha 0", "--alpha must lie between 0 and 1"),
    Wrong(f"{_SIZE} --lift-rel 0.1 --power 80", "--power must lie between 0 and 1"),
    Wrong(f"{_SIZE} --lift-rel 0.1 --power 0.01", "--power (0.01) must be above half of --alpha"),
    Wrong(f"{_SIZE} --lift-rel a", "--lift-rel 'a' is not a number"),
    *(
        Wrong(f"sample-size --lift-abs 0.001 --baseline {value}", "--baseline must lie between 0 and 1")
        for value in ("0", "1", "1.5", "-1", "nan", "inf")
    ),
    # allocate, budget-test
    *(
        Wrong(f"allocate --curves {{curves.json}} --total {value}", f"--total {value} is not an amount from 0")
        for value in ("-1", "nan", "inf", "1e30")
    ),
    Wrong("allocate --curves {curves.json} --total x", "--total 'x' is not an amount, e.g. 1000"),
    Wrong("allocate --curves {curves.json} --total 10 --step 0", "--step 0 is not an amount above 0"),
    Wrong("allocate --curves {curves.json} --total 10 --step x", "--step 'x' is not an amount"),
    Wrong("allocate --curves {missing} --total 1", "--curves", "missing: there is no such file"),
    Wrong("allocate --curves {folder} --total 1", "--curves", "is a folder; name a file"),
    Wrong("allocate --curves {empty} --total 1", "--curves", "is empty"),
    Wrong("allocate --curves {latin} --total 1", "--curves", "is not UTF-8 text"),
    Wrong("allocate --curves {broken.json} --total 1", "--curves", "is not JSON"),
    Wrong("allocate --curves {deep.json} --total 1", "--curves", "is not JSON"),
    Wrong("allocate --curves {list.json} --total 1", 'expected an object like {"curves": [...]}'),
    Wrong("allocate --curves {no_curves.json} --total 1", "with at least one curve"),
    Wrong("allocate --curves {half_curve.json} --total 1", "curves[0].half_saturation is missing"),
    Wrong("budget-test --start", "--start needs a campaign"),
    Wrong("budget-test google-ads:1 --from x", "--from 'x' is not a date, e.g. 2026-11-02"),
    Wrong("budget-test google-ads:1 --from 2026-02-30", "--from '2026-02-30' is not a date"),
    *_hostile("budget-test {!}", "needs no budget test; `adops budget-test` lists"),
    # import-json, raw
    Wrong("import-json {curves.json}", "curves.json' is a file; name a folder"),
    Wrong("import-json {missing}/x",  "does not exist"),
    Wrong("import-json {missing}", "DIR", "missing' does not exist"),
    Wrong("import-json {empty}", "DIR", "empty' is a file; name a folder"),
    Wrong("import-json {folder}", "has none of projects.json", code=1),
    *_hostile("import-json {!}", "DIR"),
    *_hostile("prune {!}", "adops prune: it takes fewer arguments"),
    Wrong("prune --dryrun", "did you mean --dry-run?"),
    Wrong("prune --dry-run=yes", "--dry-run takes no value"),
    Wrong("prune --keep-days 3", "there is no option '--keep-days'"),
    Wrong("raw prun", "there is no command 'prun'; did you mean prune?"),
    Wrong("raw prune --keep-days -1", "--keep-days '-1' is below 0"),
    *_hostile("raw {!}", "adops raw: there is no command"),
    # workflow
    Wrong("workflow lst", "there is no command 'lst'; did you mean list?"),
    Wrong("workflow run pacing-chek", "did you mean pacing-check?; `adops workflow list` shows all of them"),
    Wrong(f"{_CHECK} --set lookbackdays=7", "lookbackdays: pacing-check has no such parameter", "mean lookbackDays?"),
    Wrong(f"{_CHECK} --set lookbackDays=many", 'lookbackDays: must be a whole number, not "many"'),
    Wrong(f"{_CHECK} --set lookbackDays=-3", "lookbackDays: must be greater than or equal to 1, not -3"),
    Wrong(f"{_CHECK} --set lookbackDays", "--set 'lookbackDays' is not name=value"),
    Wrong(f"{_CHECK} --set platforms=google", "platforms[0]: must be", "did you mean google-ads?"),
    Wrong(f"{_CHECK} --set asOf=2026-02-30", "asOf: "),
    Wrong(f"{_CHECK} --params {{missing}}", "--params", "missing: there is no such file"),
    Wrong(f"{_CHECK} --params {{folder}}", "--params", "is a folder; name a file"),
    Wrong(f"{_CHECK} --params {{empty}}", "--params", "is empty"),
    Wrong(f"{_CHECK} --params {{latin}}", "--params", "is not UTF-8 text (byte 14 is wrong)"),
    Wrong(f"{_CHECK} --params {{list.json}}", "--params", "expected an object such as"),
    Wrong(f"{_CHECK} --params {{broken.json}}", "--params", "is not JSON"),
    Wrong(f"{_CHECK} --params {{deep.json}}", "--params", "is not JSON"),
    Wrong(f"{_CHECK} --params -", "--params standard input is empty"),
    Wrong(f"{_CHECK} --queue --wait", "give one of them"),
    Wrong("workflow show zzzzzz", "there is no execution 'zzzzzz'; `adops workflow executions` lists them"),
    Wrong("workflow show abc", "type at least 6 characters of an id"),
    Wrong("workflow executions --workflow pacing-chek", "did you mean pacing-check?"),
    Wrong("workflow cancel zzzzzzzz", "there is no execution 'zzzzzzzz'"),
    Wrong("workflow retry zzzzzzzz", "there is no execution 'zzzzzzzz'"),
    *_hostile("workflow run {!}", "there is no workflow or template"),
    # webhook
    Wrong("webhook create Shop --workflow pacing-chek", "--workflow: there is no workflow", "mean pacing-check?"),
    Wrong("webhook create '' --workflow pacing-check --verify api-key", "NAME: must not be empty"),
    Wrong(f"{_SHOP} --map foo", "--map 'foo' is not NAME=PATH"),
    Wrong(f"{_SHOP} --map lookback=$.x", "--map: lookback: pacing-check has no such parameter", "mean lookbackDays?"),
    Wrong(f"{_SHOP} --map 'lookbackDays=$['", "--map: lookbackDays:", "cannot be read from"),
    Wrong(f"{_SHOP} --map lookbackDays=many", "--map: lookbackDays: "),
    Wrong(f"{_SHOP} --mapping {{missing}}", "--mapping", "missing: there is no such file"),
    Wrong(f"{_SHOP} --mapping {{folder}}", "--mapping", "is a folder; name a file"),
    Wrong(f"{_SHOP} --mapping {{empty}}", "--mapping", "empty: ", "is not JSON"),
    Wrong(f"{_SHOP} --mapping {{latin}}", "--mapping", "is not UTF-8"),
    Wrong(f"{_SHOP} --mapping {{list.json}}", "--mapping", "must be a JSON object"),
    Wrong(f"{_SHOP} --secret abc", "a secret must not be an argument: use --secret -"),
    Wrong("webhook create Shop --workflow pacing-check --verify stripe", "--secret-ref: verification 'stripe' needs"),
    Wrong("webhook create Shop --workflow pacing-check --secret-ref 'no name'", "--secret-ref: must be the name of"),
    Wrong("webhook show Shp", "there is no webhook 'Shp'"),
    Wrong("webhook show zzzzzz", "there is no webhook 'zzzzzz'; `adops webhook list` lists them"),
    Wrong("webhook test nowhere --dry-run", "there is no webhook 'nowhere'"),
    Wrong("webhook test nowhere --payload - --secret -", "both read standard input"),
    Wrong("webhook rotate nowhere", "there is no webhook 'nowhere'"),
    Wrong("webhook replay nowhere x", "there is no webhook 'nowhere'"),
    Wrong("webhook delete nowhere", "there is no webhook 'nowhere'"),
    Wrong("webhook pause nowhere", "there is no webhook 'nowhere'"),
    *_hostile("webhook show {!}", "there is no webhook"),
    # token
    Wrong("token create ''", "NAME: must be 1 to 64 letters"),
    Wrong("token revoke nowhere", "there is no token 'nowhere'; `adops token list` lists them"),
    Wrong("token lst", "did you mean list?"),
    *_hostile("token create {!}", "NAME: must be 1 to 64 letters"),
    # alerts, notify
    Wrong("alerts silence platform --for 1h --comment x", "'platform' is not a matcher such as platform=meta-ads"),
    Wrong("alerts silence platform=meta-ads --for x --comment y", "--for 'x' is not a duration such as 30m, 4h"),
    Wrong("alerts silence platform=meta-ads --for 0h --comment y", "--for '0h' is not a duration"),
    Wrong("alerts silence platform=meta-ads --for 999d --comment y", "of at most 366 days"),
    Wrong("alerts silence 'campaign_name=~(' --for 1h --comment x", "is not a regular expression"),
    Wrong("alerts silence platform=meta-ads --for 1h --comment ''", "--comment: must give a reason"),
    Wrong("alerts silence 'campaign_name=~.*' --for 1h --comment x", "does not match everything"),
    Wrong("alerts unsilence abcdef", "there is no silence 'abcdef'; `adops alerts silences` lists them"),
    Wrong("alerts ack zzzzzz", "there is no firing alert 'zzzzzz'; `adops alerts list` lists them"),
    Wrong("alerts ack z", "type at least 6 characters"),
    Wrong("alerts lst", "did you mean list?"),
    *_hostile("alerts ack {!}", "there is no firing alert"),
    Wrong("notify rotate nowhere", "there is no receiver 'nowhere'; `adops notify list` lists them"),
    Wrong("notify test --channel slack", "there is no active slack receiver: set ADOPS_NOTIFICATIONS__SLACK", code=1),
    *_hostile("notify remove {!}", "there is no receiver"),
    # proposals, agent
    Wrong("proposals show zzzzzz", "there is no proposal 'zzzzzz'; `adops proposals list --all` lists them"),
    Wrong("proposals approve", "name the proposals to approve, or give --all-from-plan"),
    Wrong("proposals approve zzzzzz", "there is no proposal 'zzzzzz'"),
    Wrong("proposals approve zzzzzz --all-from-plan", "or give --all-from-plan"),
    Wrong("proposals reject zzzzzz --why x", "there is no proposal 'zzzzzz'"),
    Wrong("proposals undo zzzzzz --why x", "there is no proposal 'zzzzzz'"),
    *_hostile("proposals show {!}", "there is no proposal"),
    Wrong("agent run tradr", "there is no agent 'tradr'; did you mean trader?"),
    Wrong("agent show tradr", "did you mean trader?"),
    *_hostile("agent run {!}", "there is no agent"),
    # memory, learnings
    Wrong("memory recall platform", "'platform' is not FEATURE=VALUE, such as platform=meta-ads"),
    Wrong("memory recall platfrm=meta-ads", "context.platfrm: is no such field; did you mean platform?"),
    Wrong("memory recall platform=meta", "context.platform: must be 'google-ads'", "did you mean meta-ads?"),
    Wrong("memory recall platform=meta-ads --type optimisation", "--type: 'optimisation'", "mean optimization?"),
    Wrong("memory list --type optimisation", "--type: 'optimisation' is none of", "did you mean optimization?"),
    Wrong("memory remember trader note --action '{}'", "TYPE: is not one of campaign_outcome"),
    Wrong(f"{_NOTE} x", "--action is not a JSON object"),
    Wrong(f"{_NOTE} '[1]'", "--action is not a JSON object"),
    Wrong(f"{_NOTE} '{{\"x\": 1}}'", "--action (subject): is missing"),
    Wrong(f'{_NOTE} \'{{"subject": "a", "finding": "b"}}\' --score 2', "--score: must be from -1 to 1"),
    Wrong("memory feedback zzzzzz usefull", "'usefull' is none of useful, wrong, outdated; did you mean useful?"),
    Wrong("memory feedback zzzzzz wrong", "there is no memory 'zzzzzz'"),
    Wrong("memory retract zzzzzz --reason x", "there is no memory 'zzzzzz'; `adops memory list` lists them"),
    *_hostile("memory recall {!}", "is not FEATURE=VALUE"),
    Wrong("learnings list --as-of tomorrow", "--as-of 'tomorrow' is not a time such as 2026-11-01"),
    Wrong("learnings list --as-of 2026-02-30", "--as-of '2026-02-30' is not a time"),
    Wrong("learnings show nope", "there is no learning 'nope'; `adops learnings list` lists them"),
    Wrong("learnings recommend x", "'x' is not FEATURE=VALUE"),
    Wrong("learnings recommend platfrm=meta-ads", "is no such field; did you mean platform?"),
    *_hostile("learnings show {!}", "there is no learning"),
    # project
    Wrong("project create ''", "NAME: must not be empty"),
    Wrong("project create A --rule x", "--rule 'x' is not made of platform=…, name=… and objective=…"),
    Wrong("project create A --rule platform=meta", "--rule 'platform=meta': platform is none of google-ads"),
    Wrong("project create A --rule colour=red", "--rule 'colour=red' is not made of"),
    Wrong("project create A --monthly-budget many", "--monthly-budget 'many' is not an amount"),
    Wrong("project create A --currency EUR --monthly-budget -1", "--monthly-budget: must be zero or more"),
    Wrong("project create A --currency euro", "--currency: must be an ISO 4217 code such as EUR"),
    Wrong("project create A --currency ZZZ", "--currency: must be an ISO 4217 code such as EUR"),
    Wrong("project show nowhere", "there is no project 'nowhere'; `adops project list` lists them"),
    Wrong("project change nowhere --name B", "there is no project 'nowhere'"),
    Wrong("project change nowhere", "nothing to change is given"),
    Wrong("project change nowhere --rule name=a --without-rules", "--rule and --without-rules exclude each other"),
    Wrong("project delete nowhere", "there is no project 'nowhere'"),
    Wrong("project assign nowhere meta-ads:1", "there is no project 'nowhere'"),
    *_hostile("project show {!}", "there is no project"),
    Wrong("webhook change nowhere --name B", "there is no webhook 'nowhere'"),
    Wrong("webhook change nowhere", "nothing to change is given: use --name, --workflow, --map or --mapping"),
    # tool, mcp
    Wrong("tool lst", "did you mean list?"),
    Wrong("tool call ''", "there is no tool ''"),
    Wrong("tool call list_pacin", "there is no tool 'list_pacin'; did you mean list_pacing?"),
    Wrong("tool call list_pacing --json x", "--json is no JSON"),
    Wrong("tool call list_pacing --json '[1]'", "--json must be an object"),
    Wrong("tool call list_pacing --json '{\"limt\": 5}'", "limt: there is no such field; did you mean limit?"),
    Wrong("tool call list_pacing --agent tradr", "--agent: there is no agent 'tradr'; did you mean trader?"),
    Wrong("tool list --agent nobody", "--agent: there is no agent 'nobody'; the agents are"),
    *_hostile("tool call {!}", "there is no tool", most=2),
    Wrong("mcp --agent nobody", "--agent: there is no agent 'nobody'; the agents are"),
    Wrong("mcp --print-config claud-desktop", "--print-config: there is no client", "did you mean claude-desktop?"),
    Wrong("mcp --http", "--http goes with --print-config"),
    *_hostile("mcp --print-config {!}", "--print-config: there is no client"),
)  # fmt: skip

SETTINGS: tuple[Wrong, ...] = (
    Wrong("ADOPS_REPORTING_CURRENCY=euro", "reporting_currency: ", "e.g. ADOPS_REPORTING_CURRENCY=EUR"),
    Wrong("ADOPS_REPORTING_CURRENCY=ZZZ", "reporting_currency: ", "no currency of ISO 4217", "got 'ZZZ'"),
    Wrong("ADOPS_REPORTING_CURENCY=EUR", "there is no such setting; did you mean ADOPS_REPORTING_CURRENCY?"),
    Wrong("ADOPS_HISTORY_DAYS=many", "history_days: ", "got 'many'", "adops.toml"),
    Wrong("ADOPS_HISTORY_DAYS=0", "history_days: ", "greater than or equal to 1"),
    Wrong("ADOPS_HISTORY_DAYS=", "history_days: "),
    Wrong("ADOPS_GOOGLE_ADS__MODE=production", "google_ads.mode: ", "'test' or 'live'"),
    Wrong("ADOPS_META_ADS__CLICK_METRIC=clics", "meta_ads.click_metric: ", "got 'clics'"),
    Wrong("ADOPS_META_ADS__LOOKBACK_DAYS=-1", "meta_ads.lookback_days: ", "got '-1'"),
    Wrong("ADOPS_PINTEREST__TRAFFIC=free", "pinterest.traffic: ", "got 'free'"),
    Wrong("ADOPS_API__PORT=70000", "api.port: ", "got '70000'"),
    Wrong("ADOPS_API__PORTT=8000", "there is no such setting; did you mean ADOPS_API__PORT?"),
    Wrong("toml", "adops.toml is not valid TOML", stdin="history_days = "),
    Wrong("toml", "adops.toml is not UTF-8 text (byte 3 is wrong)", stdin="# \xff"),
    Wrong("toml", "history_dais: there is no such setting", "adops.toml", stdin="history_dais = 3"),
    Wrong("toml", "history_days: ", "got 'x'", "adops.toml", stdin="history_days = 'x'"),
    Wrong("toml", "google_ads.refresh_token: a secret does not belong in", stdin="[google_ads]\nrefresh_token = 'x'"),
    Wrong("toml", "google_ads.mod: there is no such setting", stdin="[google_ads]\nmod = 'test'"),
    Wrong("toml", "google_ads: is a section", "[google_ads]", stdin="google_ads = 3"),
)
"""Wrong settings, as variables of the environment or as the text of adops.toml (`stdin`)."""
