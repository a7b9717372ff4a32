package dev.culvert.auth.browser;

import static dev.culvert.auth.browser.Page.text;

import dev.culvert.auth.application.Application;
import dev.culvert.auth.secondfactor.SecondFactorSignIn;
import dev.culvert.auth.signin.SignInService;
import dev.culvert.auth.token.Origin;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriUtils;

/** The sign-in page of the authorization server: a plain form, checked as every sign-in is (requirement S3.34). */
@RestController
@Hidden
class SignInPageController {
    static final String PATH = "/oauth/sign-in";

    private final SignInService signIn;
    private final SecondFactorSignIn secondFactor;
    private final PageSignIn pages;
    private final OtherSignIns others;

    SignInPageController(SignInService signIn, SecondFactorSignIn secondFactor, PageSignIn pages, OtherSignIns others) {
        this.signIn = signIn;
        this.secondFactor = secondFactor;
        this.pages = pages;
        this.others = others;
    }

    @Access(open = true)
    @GetMapping(PATH)
    ResponseEntity<String> show(
            @RequestParam(name = "continue", defaultValue = "") String path, HttpServletRequest request) {
        return Continuation.parse(path)
                .map(next -> form(next, "", Optional.empty(), request).answer(HttpStatus.OK))
                .orElseGet(SignInPageController::nowhere);
    }

    @Access(open = true)
    @PostMapping(path = PATH, consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    ResponseEntity<String> signIn(
            @RequestParam(name = "continue", defaultValue = "") String path,
            @RequestParam(defaultValue = "") String username,
            @RequestParam(defaultValue = "") String password,
            HttpServletRequest request) {
        Optional<Continuation> next = Continuation.parse(path);
        if (next.isEmpty()) {
            return nowhere();
        }
        try {
            return pages.complete(
                    next.get(), request, session -> signIn.signIn(username, password, Origin.of(request), session));
        } catch (ProblemException refusal) {
            return form(next.get(), username, Optional.of(refusal.detail()), request)
                    .answer(HttpStatusCode.valueOf(refusal.code().status()));
        }
    }

    @Access(open = true)
    @PostMapping(path = PageSignIn.CODE_PATH, consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    ResponseEntity<String> signInWithCode(
            @RequestParam(name = "continue", defaultValue = "") String path,
            @RequestParam(defaultValue = "") String challenge,
            @RequestParam(defaultValue = "") String code,
            HttpServletRequest request) {
        Optional<Continuation> next = Continuation.parse(path);
        if (next.isEmpty()) {
            return nowhere();
        }
        try {
            return pages.complete(
                    next.get(),
                    request,
                    session -> secondFactor
                            .complete(challenge, code, Origin.of(request), (account, _) -> session.apply(account))
                            .begun());
        } catch (ProblemException refusal) {
            return pages.codeForm(next.get(), challenge, Optional.of(refusal.detail()), request)
                    .answer(HttpStatusCode.valueOf(refusal.code().status()));
        }
    }

    private Page form(Continuation next, String username, Optional<String> fault, HttpServletRequest request) {
        Optional<Application> application = pages.application(next);
        String content = """
                %s
                %s
                <form method="post" action="%s">
                %s
                %s
                <label for="username">User name or e-mail address</label>
                <input type="text" id="username" name="username" value="%s" autocomplete="username" autocapitalize="none" required autofocus>
                <label for="password">Password</label>
                <input type="password" id="password" name="password" autocomplete="current-password" required>
                <button type="submit">Sign in</button>
                </form>
                %s
                """.formatted(
                        application
                                .map(app -> "<p>to go on to <strong>" + text(app.name()) + "</strong></p>")
                                .orElse(""),
                        PageSignIn.alert(fault),
                        PATH,
                        Forms.proof(request),
                        Forms.hidden("continue", next.path()),
                        text(username),
                        others(next));
        return Page.of("Sign in", content)
                .leadingTo(application.map(Application::redirectUris).orElse(List.of()));
    }

    /** Links and not forms: the policy for forms would have to name every address a provider sends browsers to. */
    private String others(Continuation next) {
        return others.all().stream()
                .map(other -> "<p><a class=\"button\" href=\"%s?continue=%s\">Sign in with %s</a></p>"
                        .formatted(
                                text(other.path()),
                                UriUtils.encode(next.path(), StandardCharsets.UTF_8),
                                text(other.name())))
                .collect(Collectors.joining("\n"));
    }

    private static ResponseEntity<String> nowhere() {
        return Page.saying("Nothing to sign in to", "Go back to the application you came from and start there again.")
                .answer(HttpStatus.BAD_REQUEST);
    }
}
