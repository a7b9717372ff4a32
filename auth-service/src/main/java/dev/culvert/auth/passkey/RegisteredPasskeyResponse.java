package dev.culvert.auth.passkey;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** A passkey that was just registered. */
record RegisteredPasskeyResponse(
        @JsonUnwrapped PasskeyResponse passkey,

        @Schema(description = "shown only now, with the first second factor of the account")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> recoveryCodes) {
    RegisteredPasskeyResponse {
        recoveryCodes = List.copyOf(recoveryCodes);
    }

    /** Leaves the codes out, so that they cannot get into a log. */
    @Override
    public String toString() {
        return "RegisteredPasskeyResponse[" + passkey.id() + "]";
    }
}
