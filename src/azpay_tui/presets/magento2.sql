SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00';
SET SESSION group_concat_max_len = 65536;
SELECT
  o.increment_id AS number,
  CONCAT(
    o.status,
    CASE
      WHEN o.total_refunded > 0 AND o.total_refunded < o.total_paid THEN ', part refunded'
      WHEN o.total_paid > 0 AND o.total_paid >= o.grand_total THEN ', paid'
      WHEN o.total_paid > 0 THEN ', part paid'
      ELSE ''
    END
  ) AS status,
  CASE
    WHEN p.additional_information REGEXP '"charge_permission_id" *: *"' THEN
      SUBSTRING_INDEX(
        SUBSTRING_INDEX(SUBSTRING_INDEX(p.additional_information, '"charge_permission_id"', -1), '"', 2), '"', -1)
  END AS permission,
  (SELECT GROUP_CONCAT(t.txn_id ORDER BY t.transaction_id SEPARATOR ' ')
     FROM :prefixsales_payment_transaction t
    WHERE t.order_id = o.entity_id) AS transactions,
  p.last_trans_id AS last_transaction,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM o.grand_total)) AS amount,
  o.order_currency_code AS currency,
  o.created_at AS created,
  NULLIF(TRIM(CONCAT_WS(' ', o.customer_firstname, o.customer_lastname)), '') AS buyer_name,
  o.customer_email AS buyer_email
FROM :prefixsales_order o
JOIN :prefixsales_order_payment p ON p.parent_id = o.entity_id
WHERE o.updated_at >= :since
  AND p.method IN ('amazon_payment_v2', 'amazon_payment_v2_vault', 'amazon_payment', 'amazon_payment_vault')
ORDER BY o.entity_id;
