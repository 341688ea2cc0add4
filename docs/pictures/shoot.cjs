// Photographs one page: node shoot.cjs <chromium> <url> <target.png>
const { chromium } = require('playwright-core');
const [, , executablePath, url, target] = process.argv;
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
(async () => {
  const browser = await chromium.launch({ executablePath, args: quiet });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await page.waitForTimeout(12000); // live facts on the pages come some seconds after the first paint
  await page.screenshot({ path: target });
  await browser.close();
})();
