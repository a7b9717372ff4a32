"""A browser without scripts: keeps cookies, follows redirects inside given sites, fills in forms."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx2


class Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self.links = {}

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self.forms.append(
                {
                    "names": (attributes.get("id"), attributes.get("action")),
                    "method": attributes.get("method", "get").lower(),
                    "action": attributes.get("action", ""),
                    "fields": {},
                }
            )
        elif tag == "input" and attributes.get("type") == "hidden" and self.forms and "name" in attributes:
            fields = self.forms[-1]["fields"]
            fields.setdefault(attributes["name"], []).append(attributes.get("value", ""))
        elif tag == "a":
            self.links[attributes.get("class") or ""] = attributes.get("href", "")


class Browser:
    def __init__(self, *sites):
        self.sites = {urlsplit(site).netloc for site in sites}
        self.http = httpx2.Client(follow_redirects=False, timeout=60)

    def open(self, url):
        """The page at the end of the redirects as (url, html), or (url, None) for the first one outside the sites."""
        return self._follow(url, "GET", url)

    def submit(self, page, form_name, **typed):
        """Sends the form of this id or action."""
        url, html = page
        form = next((each for each in self._parsed(page).forms if form_name in each["names"]), None)
        if form is None:
            raise AssertionError(f"no form {form_name} on {url}:\n{html}")
        target = urljoin(url, form["action"])
        fields = form["fields"] | typed
        if form["method"] == "get":
            return self._follow(target, "GET", target, params=fields)
        return self._follow(target, "POST", target, data=fields)

    def press(self, page, css_class):
        """Follows the link of this class."""
        return self.open(urljoin(page[0], self._parsed(page).links[css_class]))

    def sign_in(self, page, username, password):
        return self.submit(page, "/oauth/sign-in", username=username, password=password)

    @staticmethod
    def _parsed(page):
        parser = Forms()
        parser.feed(page[1] or "")
        return parser

    def _follow(self, url, *request, **content):
        answer = self._send(*request, **content)
        while answer.is_redirect:
            url = urljoin(url, answer.headers["location"])
            if urlsplit(url).netloc not in self.sites:
                return url, None
            answer = self._send("GET", url)
        return url, answer.text

    def _send(self, *request, **content):
        answer = self.http.request(*request, **content)
        for cookie in self.http.cookies.jar:
            cookie.secure = False  # browsers take http on the own machine for secure, too
        return answer
