/** A browser without scripts: keeps cookies, follows redirects inside one site, fills in forms. */

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const unescape = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ENTITIES[name]);

export class Browser {
  #site;
  #cookies = new Map();

  constructor(site) {
    this.#site = new URL(site);
  }

  /** The page at the end of the redirects as {url, html}, or {url} for the first address outside the site. */
  open(url) {
    return this.#go(new URL(url), { method: 'GET' });
  }

  submit(page, action, typed = {}) {
    const forms = [...page.html.matchAll(/<form method="(\w+)" action="([^"]*)">(.*?)<\/form>/gs)];
    const form = forms.find((each) => unescape(each[2]) === action);
    if (!form) {
      throw new Error(`no form to ${action} on ${page.url}:\n${page.html}`);
    }
    const fields = new URLSearchParams(
      [...form[3].matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map((field) => [
        unescape(field[1]),
        unescape(field[2]),
      ]),
    );
    Object.entries(typed).forEach(([name, value]) => fields.set(name, value));
    const target = new URL(action, page.url);
    if (form[1] === 'get') {
      target.search = fields.toString();
      return this.open(target);
    }
    return this.#go(target, { method: 'POST', body: fields });
  }

  async #go(url, request) {
    let here = url;
    let answer = await this.#send(here, request);
    while (answer.status >= 300 && answer.status < 400) {
      here = new URL(answer.headers.get('location'), here);
      if (here.host !== this.#site.host) {
        return { url: here };
      }
      answer = await this.#send(here, { method: 'GET' });
    }
    return { url: here, html: await answer.text() };
  }

  async #send(url, request) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { ...request, redirect: 'manual', headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [name, value] = set.split(';')[0].split(/=(.*)/s);
      if (value) {
        this.#cookies.set(name, value);
      } else {
        this.#cookies.delete(name);
      }
    }
    return answer;
  }
}
