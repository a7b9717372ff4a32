package dev.culvert.user.profile;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/users")
@Tag(name = "users")
class UserController {
    private final UserDirectory directory;

    UserController(UserDirectory directory) {
        this.directory = directory;
    }

    @Access(permission = Permission.VIEW_USERS)
    @GetMapping
    @Operation(
            summary = "List users",
            description = "Of all tenants, newest first. search finds parts of usernames, mail addresses and names.")
    Page<UserResponse> list(@RequestParam(defaultValue = "") String search, PageRequest page) {
        return directory.search(search, page);
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/{id}")
    @Operation(summary = "Read a user", description = "Oneself, or anybody with the permission view_users; else 404.")
    UserResponse get(Caller caller, @PathVariable UUID id) {
        boolean allowed = id.equals(caller.userId()) || caller.has(Permission.VIEW_USERS);
        return Optional.of(id)
                .filter(_ -> allowed)
                .flatMap(directory::find)
                .orElseThrow(() -> new ProblemException(ProblemCode.USER_001, "There is no user with this id.")
                        .withAlias("USER_NOT_FOUND"));
    }
}
