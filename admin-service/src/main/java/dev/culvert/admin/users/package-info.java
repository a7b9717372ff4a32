/** Shows administrators the users of the suite, who are user-service's to keep. */
@NullMarked
package dev.culvert.admin.users;

import org.jspecify.annotations.NullMarked;
