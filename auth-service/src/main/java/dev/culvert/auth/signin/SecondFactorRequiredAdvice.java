package dev.culvert.auth.signin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers the login endpoints' callers with a challenge in place of tokens. */
@RestControllerAdvice(assignableTypes = SignInController.class)
@Hidden // else it describes the answer of every operation
class SecondFactorRequiredAdvice {

    record ChallengeResponse(
            @JsonProperty("second_factor_required") boolean secondFactorRequired,
            @JsonProperty("enrolment_required") boolean enrolmentRequired,
            String challenge,
            @JsonProperty("expires_in") long expiresIn,
            List<String> methods,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            AssertionOptions passkey) {}

    @ExceptionHandler
    ResponseEntity<ChallengeResponse> challenge(SecondFactorRequired required) {
        SecondFactorRequired.Challenge challenge = required.challenge();
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new ChallengeResponse(
                        true,
                        challenge.enrolment(),
                        challenge.value(),
                        challenge.lifetime().toSeconds(),
                        challenge.methods(),
                        challenge.passkey().orElse(null)));
    }
}
