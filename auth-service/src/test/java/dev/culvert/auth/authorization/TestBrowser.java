package dev.culvert.auth.authorization;

import dev.culvert.auth.AuthClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.web.util.HtmlUtils;

/** A browser without scripts: keeps cookies, follows redirects as long as they stay here, fills in forms. */
final class TestBrowser {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    private static final Pattern FORM =
            Pattern.compile("<form method=\"(\\w+)\" action=\"([^\"]*)\">(.*?)</form>", Pattern.DOTALL);
    private static final Pattern FIELD =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">");
    private static final int MOST_REDIRECTS = 8;

    private final String address;
    private final Map<String, String> cookies = new LinkedHashMap<>();

    /** As a trusted proxy in front of the service would tell it. */
    private final String source = AuthClient.anySource();

    TestBrowser(String address) {
        this.address = address;
    }

    /** Where the browser has come to: a page here, or the address of another site it was sent to. */
    record Stop(int status, String url, String body, HttpResponse<String> response) {

        boolean elsewhere() {
            return status == 0;
        }

        /** A parameter of the address. */
        Optional<String> parameter(String name) {
            String query = URI.create(url).getRawQuery();
            if (query == null) {
                return Optional.empty();
            }
            for (String pair : query.split("&")) {
                if (pair.startsWith(name + "=")) {
                    return Optional.of(URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8));
                }
            }
            return Optional.empty();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The form that goes to this address. */
        Form form(String action) {
            Matcher forms = FORM.matcher(body);
            while (forms.find()) {
                if (forms.group(2).equals(action)) {
                    List<Map.Entry<String, String>> fields = new ArrayList<>();
                    Matcher hidden = FIELD.matcher(forms.group(3));
                    while (hidden.find()) {
                        fields.add(Map.entry(
                                HtmlUtils.htmlUnescape(hidden.group(1)), HtmlUtils.htmlUnescape(hidden.group(2))));
                    }
                    return new Form(forms.group(1), action, fields);
                }
            }
            throw new AssertionError("No form to " + action + " in " + status + " " + url + "\n" + body);
        }
    }

    /** A form with its hidden fields. */
    record Form(String method, String action, List<Map.Entry<String, String>> fields) {

        Form with(String name, String value) {
            List<Map.Entry<String, String>> all = new ArrayList<>(fields);
            all.removeIf(field -> field.getKey().equals(name));
            all.add(Map.entry(name, value));
            return new Form(method, action, all);
        }

        Form without(String name) {
            return new Form(
                    method,
                    action,
                    fields.stream()
                            .filter(field -> !field.getKey().equals(name))
                            .toList());
        }
    }

    Map<String, String> cookies() {
        return cookies;
    }

    Stop open(String path) {
        return follow(send(request(path).GET()), path);
    }

    Stop submit(Form form) {
        return submit(form, true);
    }

    /** The answer to a form itself. */
    HttpResponse<String> post(Form form) {
        return submit(form, false).response();
    }

    private Stop submit(Form form, boolean follow) {
        String body = form.fields().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        if (form.method().equals("get")) {
            return open(form.action() + "?" + body);
        }
        HttpResponse<String> answer = send(request(form.action())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        return follow
                ? follow(answer, form.action())
                : new Stop(answer.statusCode(), form.action(), answer.body(), answer);
    }

    private Stop follow(HttpResponse<String> first, String path) {
        HttpResponse<String> answer = first;
        String here = path;
        for (int i = 0; i < MOST_REDIRECTS; i++) {
            Optional<String> location = answer.headers().firstValue("Location");
            if (answer.statusCode() < 300 || answer.statusCode() > 399 || location.isEmpty()) {
                return new Stop(answer.statusCode(), here, answer.body(), answer);
            }
            here = location.get();
            if (here.startsWith(address)) {
                here = here.substring(address.length());
            }
            if (!here.startsWith("/")) {
                return new Stop(0, here, "", answer);
            }
            answer = send(request(here).GET());
        }
        throw new AssertionError("Redirected in circles, last to " + here);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .header("X-Forwarded-For", source)
                .timeout(Duration.ofSeconds(60));
        if (!cookies.isEmpty()) {
            request.header(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            answer.headers().allValues("Set-Cookie").forEach(this::keep);
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void keep(String cookie) {
        String pair = cookie.split(";", 2)[0];
        String name = pair.substring(0, pair.indexOf('='));
        String value = pair.substring(pair.indexOf('=') + 1);
        if (value.isEmpty()) {
            cookies.remove(name);
        } else {
            cookies.put(name, value);
        }
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
