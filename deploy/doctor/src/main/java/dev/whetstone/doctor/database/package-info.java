/** Checks of the services' databases. */
@NullMarked
package dev.whetstone.doctor.database;

import org.jspecify.annotations.NullMarked;
