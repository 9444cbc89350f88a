// Reads the OData service with the npm package @odata/client and prints what it found as JSON.
const { OData } = require("@odata/client");

const [endpoint, token] = process.argv.slice(2);
const SET = "analytics_metrics";

async function main() {
  const metadata = await (await fetch(`${endpoint}$metadata`, { headers: { Authorization: `Bearer ${token}` } })).text();
  const client = OData.New4({
    serviceEndpoint: endpoint,
    credential: { username: "anybody", password: token },
    processCsrfToken: false,
  });
  const set = client.getEntitySet(SET);
  const newest = await client.newRequest({
    collection: SET,
    params: client.newParam().select(["campaign_id", "date", "spend"]).orderby("spend", "desc").top(3).count(true),
  });
  const pages = [];
  let link = `${endpoint}${SET}?$select=campaign_id,date`;
  const headers = { Authorization: `Basic ${Buffer.from(`anybody:${token}`).toString("base64")}` };
  while (link) {
    const page = await (await fetch(link, { headers })).json();
    pages.push(page.value.map((row) => [row.campaign_id, row.date]));
    link = page["@odata.nextLink"];
  }
  const byName = client.newFilter().property("platform").eq("meta-ads").property("clicks").gt(300);
  const groups = await client.newRequest({
    collection: SET,
    params: client.newParam().apply("groupby((platform),aggregate(clicks with sum as clicks))"),
  });
  return {
    entityTypes: metadata.split("<EntityType ").length - 1,
    count: await set.count(),
    metaCount: await set.count(client.newFilter().property("platform").eq("meta-ads")),
    filtered: (await set.query(byName)).length,
    highest: newest.value,
    total: newest["@odata.count"],
    pages,
    groups: groups.value.map((row) => [row.platform, row.clicks]),
  };
}

main().then((found) => console.log(JSON.stringify(found)));
