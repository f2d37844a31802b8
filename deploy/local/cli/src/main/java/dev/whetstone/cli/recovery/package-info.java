/** Dead letters, and what follows the restore of a service's database from a backup. */
@NullMarked
package dev.whetstone.cli.recovery;

import org.jspecify.annotations.NullMarked;
