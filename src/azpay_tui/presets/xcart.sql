SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00';
SET SESSION group_concat_max_len = 65536;
SELECT
  x.number,
  CASE x.code
    WHEN 'Q' THEN 'Awaiting payment'
    WHEN 'A' THEN 'Authorized'
    WHEN 'PP' THEN 'Partially Paid'
    WHEN 'P' THEN 'Paid'
    WHEN 'D' THEN 'Declined'
    WHEN 'C' THEN 'Cancelled'
    WHEN 'R' THEN 'Refunded'
    ELSE x.code
  END AS status,
  x.transactions,
  x.details,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM x.total)) AS amount,
  x.currency,
  FROM_UNIXTIME(x.placed) AS created,
  x.buyer_name,
  x.buyer_email
FROM (
  SELECT STRAIGHT_JOIN
    o.order_id,
    o.orderNumber AS number,
    s.code,
    (SELECT GROUP_CONCAT(DISTINCT d.value SEPARATOR ' ')
       FROM :prefixpayment_transactions t
       JOIN :prefixpayment_transaction_data d ON d.transaction_id = t.transaction_id
      WHERE t.order_id = o.order_id
        AND d.name IN ('amazonOrderReferenceId', 'amazonAuthorizationId', 'amazonCaptureId', 'amazonRefundId')
    ) AS transactions,
    (SELECT GROUP_CONCAT(DISTINCT e.value SEPARATOR ' ')
       FROM :prefixorder_details e
      WHERE e.order_id = o.order_id
        AND e.name IN ('AmazonOrderReferenceId', 'amazon_pa_auth_id', 'amazon_pa_capture_id', 'amazon_pa_refund_id')
    ) AS details,
    o.total,
    c.code AS currency,
    o.date AS placed,
    (SELECT NULLIF(TRIM(GROUP_CONCAT(v.value ORDER BY f.serviceName SEPARATOR ' ')), '')
       FROM :prefixprofile_addresses a
       JOIN :prefixaddress_field_value v ON v.address_id = a.address_id
       JOIN :prefixaddress_field f ON f.id = v.address_field_id
      WHERE a.profile_id = o.profile_id AND a.is_billing = 1 AND f.serviceName IN ('firstname', 'lastname')
    ) AS buyer_name,
    p.login AS buyer_email
  FROM (
    SELECT q.order_id
    FROM :prefixorders q
    WHERE q.date >= UNIX_TIMESTAMP(:since)
    UNION
    SELECT e.order_id
    FROM :prefixorder_history_events e
    WHERE e.date >= UNIX_TIMESTAMP(:since)
  ) h
  JOIN :prefixorders o ON o.order_id = h.order_id
  JOIN :prefixcurrencies c ON c.currency_id = o.currency_id
  LEFT JOIN :prefixorder_payment_statuses s ON s.id = o.payment_status_id
  LEFT JOIN :prefixprofiles p ON p.profile_id = o.profile_id
  WHERE o.is_order = 1 AND o.orderNumber IS NOT NULL
  HAVING transactions IS NOT NULL OR details IS NOT NULL
) x
ORDER BY x.order_id;
