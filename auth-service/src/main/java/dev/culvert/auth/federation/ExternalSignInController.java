package dev.culvert.auth.federation;

import dev.culvert.auth.browser.Continuation;
import dev.culvert.auth.browser.Page;
import dev.culvert.auth.browser.PageSignIn;
import dev.culvert.auth.federation.ExternalSignIn.Answer;
import dev.culvert.auth.federation.ExternalSignIn.Arrival;
import dev.culvert.auth.federation.ExternalSignIn.Departure;
import dev.culvert.auth.federation.TrustedIssuers.TrustedIssuer;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.signin.SignInService;
import dev.culvert.auth.token.Origin;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseCookie;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.WebUtils;

/** Sends browsers to providers and takes them back. Afterwards they go on where they wanted to, never to another site. */
@RestController
@Hidden
class ExternalSignInController {
    private static final String COOKIE = "culvert_external_sign_in";

    private final TrustedIssuers issuers;
    private final ExternalSignIn signIn;
    private final SignInService signInService;
    private final PageSignIn pages;
    private final ExternalAttempts attempts;
    private final FederationProperties properties;

    ExternalSignInController(
            TrustedIssuers issuers,
            ExternalSignIn signIn,
            SignInService signInService,
            PageSignIn pages,
            ExternalAttempts attempts,
            FederationProperties properties) {
        this.issuers = issuers;
        this.signIn = signIn;
        this.signInService = signInService;
        this.pages = pages;
        this.attempts = attempts;
        this.properties = properties;
    }

    @Access(open = true)
    @GetMapping(ExternalSignIn.BEGIN + "{id}")
    ResponseEntity<String> depart(
            @PathVariable String id, @RequestParam(name = "continue", defaultValue = "") String path) {
        Optional<TrustedIssuer> issuer = issuers.findForSignIn(id);
        Optional<Continuation> next = Continuation.parse(path);
        if (issuer.isEmpty() || next.isEmpty()) {
            return nothing();
        }
        try {
            Departure departure = signIn.depart(issuer.get(), next.get());
            return ResponseEntity.status(HttpStatus.SEE_OTHER)
                    .header(HttpHeaders.LOCATION, departure.location())
                    .header(HttpHeaders.SET_COOKIE, cookie(departure.browser().value(), properties.signInLifetime()))
                    .header(HttpHeaders.CACHE_CONTROL, "no-store")
                    .build();
        } catch (ProblemException e) {
            return failed(
                    issuer.get(),
                    e.detail(),
                    next,
                    HttpStatusCode.valueOf(e.code().status()));
        }
    }

    @Access(open = true)
    @GetMapping(ExternalSignIn.CALLBACK + "{id}")
    ResponseEntity<String> arrive(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String code,
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "") String iss,
            @RequestParam(defaultValue = "") String error,
            HttpServletRequest request) {
        Optional<TrustedIssuer> known = issuers.findForSignIn(id);
        if (known.isEmpty()) {
            return nothing();
        }
        TrustedIssuer issuer = known.get();
        try {
            Arrival arrival = signIn.arrive(issuer, new Answer(code, state, iss, error), browser(request));
            return pages.complete(
                    arrival.next(),
                    request,
                    session ->
                            signInService.signInProven(arrival.account(), arrival.who(), Origin.of(request), session));
        } catch (ExternalSignInException e) {
            attempts.refused(id, e.reason());
            return failed(issuer, "That did not work.", e.next(), HttpStatus.BAD_REQUEST);
        } catch (ProblemException e) {
            attempts.refused(id, e.code().name().toLowerCase(Locale.ROOT));
            return failed(
                    issuer,
                    e.detail(),
                    Optional.empty(),
                    HttpStatusCode.valueOf(e.code().status()));
        }
    }

    private static Optional<OpaqueToken> browser(HttpServletRequest request) {
        return Optional.ofNullable(WebUtils.getCookie(request, COOKIE))
                .map(Cookie::getValue)
                .map(OpaqueToken::of);
    }

    /** For the way back only; the provider's redirect comes from another site, and so must be let carry it. */
    private String cookie(String value, Duration age) {
        return ResponseCookie.from(COOKIE, value)
                .path(ExternalSignIn.CALLBACK)
                .httpOnly(true)
                .secure("https".equals(properties.publicUrl().getScheme()))
                .sameSite("Lax")
                .maxAge(age)
                .build()
                .toString();
    }

    private static ResponseEntity<String> failed(
            TrustedIssuer issuer, String detail, Optional<Continuation> next, HttpStatusCode status) {
        String again = next.map(wanted -> "<p><a href=\"" + Page.text(wanted.signInPage()) + "\">Sign in again</a></p>")
                .orElse("<p>Go back to the application you came from and start there again.</p>");
        return Page.of("Signing in with " + issuer.settings().name(), "<p>" + Page.text(detail) + "</p>" + again)
                .answer(status);
    }

    private static ResponseEntity<String> nothing() {
        return Page.saying("Nothing to sign in to", "Go back to the application you came from and start there again.")
                .answer(HttpStatus.BAD_REQUEST);
    }
}
