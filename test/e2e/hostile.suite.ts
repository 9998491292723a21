import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type TestContext, test } from "vitest";
import type { ProjectDetail } from "#core/views.ts";
import { inboxOf, pageOf, type Suite, sitDown, textOf } from "./desk.ts";
import { settled } from "./server.ts";

const PROJECT = "hostile-mail";

/** A server elsewhere that mail would like to reach; every request it gets is a leak. */
async function foreignServer({ onTestFinished }: TestContext) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { asked, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** One of everything that mail has been used to run, fetch or open. */
const markup = (
  away: string,
) => `<html><head><base href="${away}/"><meta http-equiv="refresh" content="0;url=${away}/moved">
<link rel="stylesheet" href="${away}/a.css"><style>@import url(${away}/b.css);
body{background:url(${away}/c.png)}@font-face{font-family:x;src:url(${away}/d.woff)}p{font-family:x}</style></head>
<body onload="window.top.hacked=1;alert(1)"><script>window.top.hacked=1;parent.hacked=1;alert(2)</script>
<script src="${away}/e.js"></script><img src="${away}/f.png" onerror="top.hacked=1"><img src=x onerror="alert(3)">
<svg onload="alert(4)"><script>alert(5)</script></svg><iframe src="${away}/g.html"></iframe>
<iframe srcdoc="<script>top.hacked=1</script>"></iframe><object data="${away}/h.swf"></object>
<embed src="${away}/i.swf"><video src="${away}/j.mp4" autoplay></video><audio src="${away}/k.mp3"></audio>
<form action="${away}/l" id="f"><input name="q" autofocus onfocus="top.hacked=1"><button>Send the form</button></form>
<a href="javascript:top.hacked=1">a script link</a> <a href="${away}/m" target="_top">a link away</a>
<p>Dear customer, look at this.</p></body></html>`;

const TEXT = `<script>window.hacked=1</script><img src="x.png" onerror="window.hacked=1"> plain words`;
const SUBJECT = `<b onmouseover="window.hacked=1">Sale</b><script>alert(6)</script>`;

/** A mail is shown, never run: nothing executes, nothing leaves. `openPage` holds every request and dialog. */
export const hostile: Suite = (desk) => {
  test("a mail full of scripts, forms and remote content does nothing in either view", async (t) => {
    const { emend } = desk();
    const { asked, origin } = await foreignServer(t);
    await emend.api<ProjectDetail>("/projects", {
      name: "Hostile mail",
      task: { kind: "label", schema: { classes: ["spam", "ham"], positive: "spam" } },
    });
    const fields = { subject: SUBJECT, from: `"<img src=${origin}/o.png>" <a@b.example>` };
    const proposal = { label: "ham", raw: "<script>window.hacked=1</script>" };
    const row = JSON.stringify({
      id: "hostile-1",
      text: TEXT,
      html: markup(origin),
      fields,
      proposal,
    });
    await fetch(`${emend.url}/api/v1/projects/${PROJECT}/import?format=jsonl`, {
      method: "POST",
      body: row,
    });
    await settled(emend, PROJECT);

    const page = await pageOf(desk(), t);
    await sitDown(page, PROJECT);
    const article = page.getByRole("article", { name: "Item" });
    expect(await textOf(article.getByRole("heading"))).toBe(SUBJECT);
    expect(await textOf(article.getByRole("region", { name: "Text" }))).toBe(TEXT);

    await page.keyboard.press("h");
    await page.waitForURL(/view=html/);
    const frame = page.frameLocator("iframe[title*='HTML']");
    await frame.getByText("Dear customer, look at this.").waitFor();
    await frame.getByRole("button", { name: "Send the form" }).click();
    for (const name of ["a script link", "a link away"])
      await frame.getByText(name).click({ force: true });
    await page.goto(inboxOf(PROJECT, "/hostile-1?view=html"));
    await frame.getByText("Dear customer, look at this.").waitFor();

    await page.keyboard.press("1");
    await page.getByRole("heading", { name: "Nothing left to review" }).waitFor();
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(asked).toEqual([]);
    expect(page.context().pages()).toHaveLength(1);
  });
};
