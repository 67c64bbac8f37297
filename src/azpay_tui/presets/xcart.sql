SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00';
SET SESSION group_concat_max_len = 65536;
SELECT
  o.orderNumber AS number,
  CASE s.code
    WHEN 'Q' THEN 'Awaiting payment'
    WHEN 'A' THEN 'Authorized'
    WHEN 'PP' THEN 'Partially Paid'
    WHEN 'P' THEN 'Paid'
    WHEN 'D' THEN 'Declined'
    WHEN 'C' THEN 'Cancelled'
    WHEN 'R' THEN 'Refunded'
    ELSE s.code
  END AS status,
  x.ids,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM o.total)) AS amount,
  c.code AS currency,
  FROM_UNIXTIME(o.date) AS created,
  (SELECT NULLIF(TRIM(GROUP_CONCAT(v.value ORDER BY f.serviceName SEPARATOR ' ')), '')
     FROM :prefixprofile_addresses a
     JOIN :prefixaddress_field_value v ON v.address_id = a.address_id
     JOIN :prefixaddress_field f ON f.id = v.address_field_id
    WHERE a.profile_id = o.profile_id AND a.is_billing = 1 AND f.serviceName IN ('firstname', 'lastname')
  ) AS buyer_name,
  p.login AS buyer_email
FROM (
  SELECT known.order_id, GROUP_CONCAT(DISTINCT known.value SEPARATOR ' ') AS ids
  FROM (
    SELECT t.order_id, d.value
    FROM :prefixpayment_transactions t
    JOIN :prefixpayment_transaction_data d ON d.transaction_id = t.transaction_id
    WHERE d.name IN ('amazonOrderReferenceId', 'amazonAuthorizationId', 'amazonCaptureId', 'amazonRefundId')
    UNION ALL
    SELECT e.order_id, e.value
    FROM :prefixorder_details e
    WHERE e.name IN ('AmazonOrderReferenceId', 'amazon_pa_auth_id', 'amazon_pa_capture_id', 'amazon_pa_refund_id')
  ) known
  WHERE known.value REGEXP '^[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}'
  GROUP BY known.order_id
) x
JOIN :prefixorders o ON o.order_id = x.order_id
JOIN :prefixcurrencies c ON c.currency_id = o.currency_id
LEFT JOIN :prefixorder_payment_statuses s ON s.id = o.payment_status_id
LEFT JOIN :prefixprofiles p ON p.profile_id = o.profile_id
WHERE o.is_order = 1
  AND o.orderNumber IS NOT NULL
  AND (
    o.date >= UNIX_TIMESTAMP(:since)
    OR EXISTS (
      SELECT 1 FROM :prefixorder_history_events h
      WHERE h.order_id = o.order_id AND h.date >= UNIX_TIMESTAMP(:since))
  )
ORDER BY o.order_id;
