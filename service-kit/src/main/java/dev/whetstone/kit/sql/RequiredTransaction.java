package dev.whetstone.kit.sql;

import jakarta.transaction.Status;
import jakarta.transaction.TransactionSynchronizationRegistry;

/**
 * Refuses work that must commit or roll back together with its caller's, but has no transaction.
 */
public final class RequiredTransaction {
  private RequiredTransaction() {}

  /**
   * Checks that the calling thread has a transaction.
   *
   * @param work what would happen without one, for example {@code the statement 'insert …' writes}
   * @throws IllegalStateException outside a transaction
   */
  public static void check(TransactionSynchronizationRegistry transactions, String work) {
    if (transactions.getTransactionStatus() == Status.STATUS_NO_TRANSACTION) {
      throw new IllegalStateException(
          work
              + " outside a transaction; call it from a @Transactional method or from"
              + " QuarkusTransaction.requiringNew()");
    }
  }
}
