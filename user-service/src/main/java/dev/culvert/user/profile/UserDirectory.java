package dev.culvert.user.profile;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Users of all tenants, for those who may look them up; whoever calls has checked that. */
@Component
class UserDirectory {
    private static final String REASON = "whoever may view users sees those of all tenants";
    private static final String MATCHES = """
             FROM Profile p WHERE lower(p.username) LIKE :pattern ESCAPE '!' OR lower(p.email) LIKE :pattern ESCAPE '!'
             OR lower(concat(coalesce(p.firstName, ''), ' ', coalesce(p.lastName, ''))) LIKE :pattern ESCAPE '!'
            """;

    private final EntityManager entities;
    private final ProfileRepository profiles;
    private final TransactionOperations transactions;

    UserDirectory(EntityManager entities, ProfileRepository profiles, TransactionOperations transactions) {
        this.entities = entities;
        this.profiles = profiles;
        this.transactions = transactions;
    }

    Optional<UserResponse> find(UUID id) {
        return TenantScope.callAsSystem(
                REASON, () -> transactions.execute(_ -> profiles.findById(id).map(UserResponse::of)));
    }

    Page<UserResponse> search(String text, PageRequest page) {
        return TenantScope.callAsSystem(
                REASON, () -> transactions.execute(_ -> searchInTransaction(pattern(text), page)));
    }

    private Page<UserResponse> searchInTransaction(String pattern, PageRequest page) {
        TypedQuery<Profile> query =
                entities.createQuery("SELECT p" + MATCHES + "ORDER BY p.createdAt DESC, p.userId", Profile.class);
        List<UserResponse> items = query
                .setParameter("pattern", pattern)
                .setFirstResult(page.offset())
                .setMaxResults(page.limit())
                .getResultList()
                .stream()
                .map(UserResponse::of)
                .toList();
        long total = entities.createQuery("SELECT count(p)" + MATCHES, Long.class)
                .setParameter("pattern", pattern)
                .getSingleResult();
        return Page.of(items, total, page);
    }

    /** The text anywhere, its own wildcards taken literally. */
    private static String pattern(String text) {
        String literal = text.toLowerCase(Locale.ROOT).replaceAll("([!%_])", "!$1");
        return "%" + literal + "%";
    }
}
