package dev.culvert.admin.users;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/admin/users")
@Tag(name = "User administration", description = "Accounts of all tenants, for those who look after them.")
class UserController {
    private final UserDirectory users;

    UserController(UserDirectory users) {
        this.users = users;
    }

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @Access(permission = Permission.VIEW_USERS)
    @Operation(summary = "List users of all tenants", description = "The page is the one of GET /api/v1/users.")
    @ApiResponse(responseCode = "200", description = "OK", content = @Content(schema = @Schema(type = "object")))
    ResponseEntity<byte[]> listUsers(
            @Parameter(hidden = true) @RequestHeader(HttpHeaders.AUTHORIZATION) String authorization,
            @Parameter(description = "Part of a name or mail address", example = "ada") @RequestParam
                    Optional<String> search,
            PageRequest page) {
        return users.list(authorization, search, page);
    }
}
