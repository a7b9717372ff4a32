package dev.culvert.auth.account;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.UUID;

record RegisterResponse(
        UUID userId,
        UUID tenantId,
        @Schema(example = "ada") String username,
        @Schema(example = "ada@example.org") String email,
        @Schema(example = "false") boolean emailVerified) {

    static RegisterResponse of(Account account) {
        return new RegisterResponse(
                account.id(), account.tenantId(), account.username(), account.email(), account.emailVerified());
    }
}
